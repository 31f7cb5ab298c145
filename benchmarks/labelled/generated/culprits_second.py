"""A second set of bad commits, written after the rules stood and kept to measure them: quieter titles, other wordings."""

from benchmarks.labelled.generated.culprits import FIVE_XX, SLOW
from benchmarks.labelled.generated.kinds import Course, Patch, Plot

SECOND = [
    Plot(
        "idempotency key dropped", "rollback",
        [Patch("{svc}/internal/charge/create.go", "refactor: charge params builder",
               "@@ -31,12 +31,8 @@ func (s *Service) Create(ctx context.Context, in Input) (*Charge, error) {\n-\tkey := in.OrderID + \":\" + in.Attempt\n-\tif prev, ok := s.seen.Lookup(ctx, key); ok {\n-\t\treturn prev, nil\n-\t}\n-\tparams := charge.Params{Amount: in.Amount, IdempotencyKey: key}\n+\tparams := charge.Params{Amount: in.Amount}\n \treturn s.gateway.Charge(ctx, params)\n")],
        [["customer charged twice for order {n}", "duplicate capture detected for order {n}, manual refund required"]],
        [Course("duplicate_charges_total", 0, 9), Course("refund_requests_per_min", 0.1, 14)], delay=(3, 14)),
    Plot(
        "gauge of connections: keep-alive off", "rollback",
        [Patch("pkg/transport/transport.go", "chore: transport defaults",
               "@@ -12,6 +12,6 @@ var Default = &http.Transport{\n-\tMaxIdleConnsPerHost: 64,\n-\tDisableKeepAlives:   false,\n+\tMaxIdleConnsPerHost: 2,\n+\tDisableKeepAlives:   true,\n \tIdleConnTimeout:     90 * time.Second,\n")],
        [["dial tcp {ip}:8080: connect: cannot assign requested address", "ephemeral ports exhausted ({n} sockets in TIME_WAIT)"]],
        [Course("tcp_time_wait_sockets", 150, 28000, "ramp"), FIVE_XX], delay=(4, 12)),
    Plot(
        "liveness probe too eager", "config-revert",
        [Patch("charts/{svc}/templates/deployment.yaml", "chart: probe cleanup",
               "@@ -48,8 +48,8 @@\n           livenessProbe:\n             httpGet: { path: /live, port: http }\n-            initialDelaySeconds: 60\n-            failureThreshold: 6\n+            initialDelaySeconds: 5\n+            failureThreshold: 1\n")],
        [["Liveness probe failed: HTTP probe failed with statuscode: 503", "container will be restarted: failed liveness probe"],
         ["received SIGTERM during startup, aborting cache warmup"]],
        [Course("container_restarts_total", 0, 11), FIVE_XX], delay=(1, 4)),
    Plot(
        "currency unit", "rollback",
        [Patch("{svc}/pricing/convert.py", "refactor(pricing): drop helper",
               "@@ -14,7 +14,7 @@ def to_minor(amount: Decimal, currency: str) -> int:\n-    return int((amount * 10 ** exponent(currency)).to_integral_value())\n+    return int(amount)\n")],
        [["payment amount below minimum: got {n} expected at least 50", "settlement mismatch: ledger total differs from processor total by factor 100"]],
        [Course("payment_declines_ratio", 0.02, 0.7)], delay=(1, 6)),
    Plot(
        "graphql resolver without data loader", "rollback",
        [Patch("{svc}/graph/resolvers/product.ts", "graph: simplify resolvers",
               "@@ -18,7 +18,7 @@ export const Product = {\n-  reviews: (p, _, { loaders }) => loaders.reviewsByProduct.load(p.id),\n+  reviews: (p, _, { db }) => db.reviews.findMany({ where: { productId: p.id } }),\n   seller: (p, _, { loaders }) => loaders.seller.load(p.sellerId),\n")],
        [["P2024: Timed out fetching a new connection from the connection pool", "query Products took {n} ms"]],
        [Course("db_queries_per_request", 4, 160, "from deploy"), SLOW], delay=(2, 7)),
    Plot(
        "queue visibility timeout", "config-revert",
        [Patch("infra/queues/{svc}.tf", "terraform: queue settings",
               "@@ -7,5 +7,5 @@ resource \"aws_sqs_queue\" \"{dom}\" {\n-  visibility_timeout_seconds = 300\n+  visibility_timeout_seconds = 10\n   message_retention_seconds  = 345600\n")],
        [["job {id} picked up again while still running", "receipt handle is no longer valid: message visibility expired"]],
        [Course("jobs_processed_twice_per_min", 0, 45), Course("queue_messages_not_visible", 20, 900)], delay=(1, 6)),
    Plot(
        "header no longer forwarded", "rollback",
        [Patch("{svc}/proxy/director.go", "proxy: trim hop headers",
               "@@ -22,7 +22,6 @@ var forwarded = []string{\n \t\"X-Request-Id\",\n-\t\"X-Tenant-Id\",\n \t\"Accept-Language\",\n }\n")],
        [["missing X-Tenant-Id: cannot choose database", "tenant unknown, rejecting request"]],
        [Course("http_400_ratio", 0.002, 0.8)], delay=(0, 3)),
    Plot(
        "gzip level burns cpu", "rollback",
        [Patch("{svc}/middleware/compress.go", "smaller responses",
               "@@ -9,3 +9,3 @@\n-\tw, _ := gzip.NewWriterLevel(rw, gzip.BestSpeed)\n+\tw, _ := gzip.NewWriterLevel(rw, gzip.BestCompression)\n")],
        [["request exceeded budget: {n} ms in response writer", "cpu saturated, run queue {n}"]],
        [Course("process_cpu_ratio", 0.35, 0.99, "from deploy"), SLOW], delay=(1, 9)),
    Plot(
        "sticky hash changed", "rollback",
        [Patch("pkg/ring/ring.go", "ring: use stdlib hash",
               "@@ -6,8 +6,8 @@ func bucket(key string) uint32 {\n-\th := xxhash.Sum64String(key)\n-\treturn uint32(h % uint64(vnodes))\n+\th := fnv.New32a()\n+\treturn h.Sum32() % 4\n }\n")],
        [["hot shard: partition 2 holds 91% of keys", "cache miss on every lookup after reshard"]],
        [Course("cache_hit_ratio", 0.94, 0.2, "from deploy"), SLOW], delay=(1, 6)),
    Plot(
        "async handler not awaited", "rollback",
        [Patch("{svc}/routes/upload.js", "lint: no useless await",
               "@@ -15,7 +15,7 @@ router.post('/upload', async (req, res) => {\n-  await storage.put(req.file);\n+  storage.put(req.file);\n   res.status(201).end();\n")],
        [["UnhandledPromiseRejection: object was reported stored and is missing", "GET /files/{id}: NoSuchKey"]],
        [Course("missing_objects_per_min", 0, 22)], delay=(1, 5)),
    Plot(
        "default flipped in shared config", "rollback",
        [Patch("libs/settings/defaults.py", "settings: group defaults",
               "@@ -20,7 +20,7 @@ class Defaults:\n     page_size = 50\n-    read_only_replica = False\n+    read_only_replica = True\n     compress = True\n")],
        [["cannot execute INSERT in a read-only transaction", "could not save {dom}: read only replica"]],
        [FIVE_XX], delay=(0, 2)),
    Plot(
        "prepared statements with a pooler", "rollback",
        [Patch("{svc}/db/connect.ts", "db: enable statement cache",
               "@@ -4,5 +4,5 @@ export const pool = createPool({\n-  prepare: false,\n+  prepare: true,\n   max: 20,\n")],
        [["prepared statement \"s1\" does not exist", "prepared statement \"s3\" already exists"]],
        [FIVE_XX], delay=(0, 4)),
    Plot(
        "log line holds the lock", "rollback",
        [Patch("{svc}/internal/state/store.go", "feat: audit state writes",
               "@@ -40,6 +40,9 @@ func (s *Store) Put(k string, v Value) {\n \ts.mu.Lock()\n \tdefer s.mu.Unlock()\n+\tif err := s.audit.Send(context.Background(), k, v); err != nil {\n+\t\ts.log.Warn(\"audit\", \"err\", err)\n+\t}\n \ts.m[k] = v\n")],
        [["lock contention: waited {n} ms for state.Store", "watchdog: {n} goroutines blocked on sync.Mutex"]],
        [SLOW, Course("goroutines", 300, 24000, "ramp")], delay=(2, 8)),
    Plot(
        "enum value removed", "rollback",
        [Patch("{svc}/src/main/java/com/acme/{dom}/Status.java", "drop legacy states",
               "@@ -3,7 +3,6 @@ public enum Status {\n     NEW,\n     PAID,\n-    ON_HOLD,\n     SHIPPED\n }\n")],
        [["java.lang.IllegalArgumentException: No enum constant com.acme.Status.ON_HOLD", "could not read order row"]],
        [FIVE_XX], delay=(0, 5)),
    Plot(
        "docker image without a library", "rollback",
        [Patch("{svc}/Dockerfile", "slimmer image",
               "@@ -1,4 +1,4 @@\n-FROM python:3.11-bookworm\n+FROM python:3.11-alpine\n COPY . /app\n")],
        [["ImportError: Error loading shared library libpq.so.5: No such file or directory", "worker failed to boot"]],
        [FIVE_XX, Course("container_restarts_total", 0, 8)], delay=(0, 2)),
    Plot(
        "order of middlewares", "rollback",
        [Patch("{svc}/app.js", "group middlewares",
               "@@ -10,6 +10,6 @@\n-app.use(session(options));\n-app.use(csrf());\n+app.use(csrf());\n+app.use(session(options));\n app.use(router);\n")],
        [["misconfigured csrf: no session on request", "ForbiddenError: invalid csrf token"]],
        [Course("http_403_ratio", 0.002, 0.9)], delay=(0, 2)),
    Plot(
        "page size of a sync job", "rollback",
        [Patch("{svc}/sync/pull.py", "sync everything at once",
               "@@ -18,7 +18,7 @@ def pull(client):\n-    for page in client.pages(size=500):\n-        yield from page\n+    yield from client.fetch_all()\n")],
        [["Killed process {n} (python) total-vm:{n}kB", "worker exited with code 137"]],
        [Course("memory_working_set_bytes", 3e8, 2.1e9, "ramp")], delay=(5, 15)),
    Plot(
        "metric label with user id", "rollback",
        [Patch("{svc}/internal/obs/metrics.go", "metrics: label by user",
               "@@ -7,5 +7,5 @@ var requests = promauto.NewCounterVec(prometheus.CounterOpts{\n \tName: \"requests_total\",\n-}, []string{\"route\", \"code\"})\n+}, []string{\"route\", \"code\", \"user_id\"})\n")],
        [["scrape failed: body size limit exceeded", "out of memory while gathering metrics"]],
        [Course("series_count", 900, 410000, "ramp"), Course("heap_used_ratio", 0.4, 0.98, "ramp")], delay=(8, 25)),
    Plot(
        "DNS cache of the client off", "rollback",
        [Patch("pkg/net/dialer.go", "net: drop custom dialer",
               "@@ -5,9 +5,5 @@\n-var dialer = &cached.Dialer{Resolver: &cached.Resolver{TTL: time.Minute}}\n-\n func Dial(ctx context.Context, addr string) (net.Conn, error) {\n-\treturn dialer.DialContext(ctx, \"tcp\", addr)\n+\treturn (&net.Dialer{}).DialContext(ctx, \"tcp\", addr)\n }\n")],
        [["lookup {peer}.svc.cluster.local: too many requests to resolver", "lookup {peer}.svc.cluster.local: i/o timeout"]],
        [Course("dns_queries_per_sec", 12, 4300, "from deploy"), FIVE_XX], delay=(1, 6)),
    Plot(
        "feature path without index, by flag", "feature-flag-disable",
        [Patch("{svc}/search/query.py", "feat: fuzzy matching",
               "@@ -9,4 +9,7 @@ def build(q, flags):\n+    if flags.is_on('{flag}'):\n+        return Query.wildcard('*' + q.term + '*')\n     return Query.match(q.term)\n")],
        [["search took {n} ms: wildcard on full index", "search thread pool rejected execution"]],
        [SLOW, Course("search_queue_rejected_total", 0, 35)], delay=(0, 1), flagged=True),
    Plot(
        "soft delete filter lost", "rollback",
        [Patch("{svc}/repo/orders.go", "orders: shorter query",
               "@@ -12,5 +12,4 @@ const open = `\n SELECT id, state FROM orders\n-WHERE deleted_at IS NULL AND state = 'open'\n+WHERE state = 'open'\n `\n")],
        [["order {n} was deleted and is processed again", "reconcile: {n} orders more than expected"]],
        [Course("reconcile_mismatch_total", 0, 120)], delay=(1, 10)),
    Plot(
        "jwt audience", "rollback",
        [Patch("libs/auth/verify.ts", "auth: explicit options",
               "@@ -3,5 +3,5 @@ export function verify(token) {\n-  return jwt.verify(token, key, { audience: ['web', 'mobile'] });\n+  return jwt.verify(token, key, { audience: 'web' });\n }\n")],
        [["JsonWebTokenError: jwt audience invalid. expected: web", "401 for mobile client"]],
        [Course("http_401_ratio", 0.004, 0.45)], delay=(0, 4)),
]  # fmt: skip
