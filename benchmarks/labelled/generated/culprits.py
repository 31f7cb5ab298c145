"""Commits that broke something: what they changed, and what was seen afterwards."""

from benchmarks.labelled.generated.kinds import Course, Patch, Plot

FIVE_XX = Course("http_server_errors_ratio", 0.003, 0.4)
SLOW = Course("http_request_duration_p99_ms", 120, 4800)

CULPRITS = [
    Plot(
        "deadlock by swapped locks", "rollback",
        [
            Patch("{svc}/src/main/java/com/acme/{dom}/TransferService.java", "refactor: group ledger updates",
                  "@@ -41,9 +41,9 @@ public void move(Account from, Account to)\n-        synchronized (first(from, to)) {\n-            synchronized (second(from, to)) {\n+        synchronized (from) {\n+            synchronized (to) {\n                 from.debit(amount);\n                 to.credit(amount);\n"),
            Patch("{svc}/store/balance.py", "Update balances in call order",
                  "@@ -12,7 +12,6 @@ def settle(session, ids, amount):\n-    for account_id in sorted(ids):\n+    for account_id in ids:\n         row = session.query(Account).with_for_update().get(account_id)\n         row.balance += amount\n"),
        ],
        [["ERROR: deadlock detected DETAIL: Process {n} waits for ShareLock on transaction {n}", "could not settle: transaction was deadlocked on lock resources"],
         ["Deadlock found when trying to get lock; try restarting transaction", "settlement aborted after lock wait"]],
        [FIVE_XX, Course("db_deadlocks_total", 0, 12)], delay=(4, 12)),
    Plot(
        "goroutine leak, file descriptors", "rollback",
        [
            Patch("pkg/fetch/client.go", "simplify response handling",
                  "@@ -30,8 +30,6 @@ func (c *Client) Get(ctx context.Context, url string) ([]byte, error) {\n \tresp, err := c.http.Do(req)\n \tif err != nil {\n \t\treturn nil, err\n \t}\n-\tdefer resp.Body.Close()\n-\tdefer io.Copy(io.Discard, resp.Body)\n \treturn io.ReadAll(io.LimitReader(resp.Body, max))\n"),
            Patch("{svc}/lib/reader.js", "stream attachments without temp handle",
                  "@@ -8,9 +8,6 @@ async function read(path) {\n   const handle = await fs.open(path);\n-  try {\n-    return await handle.readFile();\n-  } finally { await handle.close(); }\n+  return handle.readFile();\n }\n"),
        ],
        [["accept4: too many open files; retrying in 1s", "dial tcp {ip}:443: socket: too many open files"],
         ["EMFILE: too many open files, open '/var/data/{dom}.bin'", "Error: EMFILE, cannot open attachment"]],
        [FIVE_XX, Course("process_open_fds", 180, 65000, "ramp")], delay=(10, 25)),
    Plot(
        "heap grows: unbounded cache", "rollback",
        [
            Patch("{svc}/app/memo.py", "cache quotes per user",
                  "@@ -3,6 +3,6 @@\n-@lru_cache(maxsize=4096)\n+@lru_cache(maxsize=None)\n def quote(user_id, basket_hash):\n     return engine.quote(user_id, basket_hash)\n"),
            Patch("{svc}/src/main/java/com/acme/{dom}/PriceCache.java", "drop Guava from price cache",
                  "@@ -17,8 +17,6 @@ class PriceCache {\n-    private final Cache<Key, Price> cache = CacheBuilder.newBuilder()\n-            .maximumSize(20_000)\n-            .expireAfterWrite(10, TimeUnit.MINUTES).build();\n+    private final Map<Key, Price> cache = new ConcurrentHashMap<>();\n"),
        ],
        [["java.lang.OutOfMemoryError: Java heap space", "GC overhead limit exceeded while serving {dom}"],
         ["MemoryError in worker {n}", "worker {n} was sent SIGKILL! Perhaps out of memory?"]],
        [Course("heap_used_ratio", 0.45, 0.99, "ramp"), FIVE_XX], delay=(12, 28)),
    Plot(
        "N+1 queries", "rollback",
        [
            Patch("{svc}/api/listing.py", "return owner with each item",
                  "@@ -22,7 +22,8 @@ def listing(request):\n-    items = Item.objects.select_related('owner').filter(active=True)\n-    return [serialize(i) for i in items]\n+    items = Item.objects.filter(active=True)\n+    return [serialize(i, Owner.objects.get(pk=i.owner_id)) for i in items]\n"),
            Patch("{svc}/internal/listing/repo.go", "load labels lazily",
                  "@@ -51,5 +51,10 @@ func (r *Repo) List(ctx context.Context) ([]Item, error) {\n-\trows, err := r.db.QueryContext(ctx, listWithLabels)\n+\trows, err := r.db.QueryContext(ctx, listItems)\n+\tfor i := range items {\n+\t\titems[i].Labels, err = r.db.LabelsOf(ctx, items[i].ID)\n+\t}\n \treturn items, err\n"),
        ],
        [["slow request: GET /{dom} took {n}ms, {n} sql statements", "QueuePool limit of size 20 overflow 10 reached, connection timed out"],
         ["canceling statement due to statement timeout", "GET /{dom}: context deadline exceeded"]],
        [SLOW, Course("db_queries_per_sec", 300, 9000, "from deploy")], delay=(1, 5)),
    Plot(
        "timeout in the wrong unit", "rollback",
        [
            Patch("{svc}/src/client.ts", "read timeout from config",
                  "@@ -5,7 +5,7 @@ export const http = axios.create({\n-  timeout: 3000,\n+  timeout: 3,\n   baseURL: env.{DOM}_URL,\n })\n"),
            Patch("{svc}/config/application.yml", "tidy client settings",
                  "@@ -10,4 +10,4 @@\n {dom}-client:\n-  read-timeout: 2s\n+  read-timeout: 2ms\n   connect-timeout: 1s\n"),
        ],
        [["timeout of 3ms exceeded calling {peer}", "request to {peer} aborted: ECONNABORTED"],
         ["java.net.SocketTimeoutException: Read timed out calling {peer}", "{peer} call failed: read timed out after 2 ms"]],
        [Course("client_errors_ratio", 0.002, 0.8), FIVE_XX], delay=(0, 2)),
    Plot(
        "renamed protobuf field", "rollback",
        [
            Patch("proto/{dom}/v1/event.proto", "clean up event schema",
                  "@@ -14,6 +14,6 @@ message {Dom}Event {\n   string id = 1;\n-  int64 amount_cents = 2;\n+  string amount = 2;\n   string currency = 3;\n"),
            Patch("{svc}/events/schema.json", "shorten event keys",
                  "@@ -4,7 +4,7 @@\n   \"properties\": {\n-    \"amount_cents\": {\"type\": \"integer\"},\n+    \"amount\": {\"type\": \"integer\"},\n     \"currency\": {\"type\": \"string\"}\n"),
        ],
        [["proto: cannot parse invalid wire-format data in field amount", "failed to unmarshal {Dom}Event: wiretype mismatch"],
         ["KeyError: 'amount_cents' while handling {Dom}Event", "event rejected: required property 'amount_cents' is missing"]],
        [Course("consumer_failures_per_sec", 0.01, 40)], delay=(0, 3)),
    Plot(
        "cron on every replica / removed leader check", "rollback",
        [
            Patch("{svc}/jobs/nightly.go", "simplify job runner",
                  "@@ -18,9 +18,6 @@ func (j *Job) Run(ctx context.Context) error {\n-\tif !j.elector.IsLeader() {\n-\t\treturn nil\n-\t}\n \treturn j.execute(ctx)\n }\n"),
        ],
        [["duplicate key value violates unique constraint \"{dom}_run_pkey\"", "job already running with another holder"]],
        [Course("job_failures_per_min", 0, 30)], delay=(3, 15)),
    Plot(
        "missing column", "roll-forward",
        [
            Patch("{svc}/models/customer.py", "store loyalty tier",
                  "@@ -20,6 +20,7 @@ class Customer(Base):\n     email = Column(String)\n+    {col} = Column(String(16), nullable=True)\n     created_at = Column(DateTime)\n"),
            Patch("{svc}/repo/customer.go", "persist {col}",
                  "@@ -33,7 +33,7 @@\n-const insertCustomer = `INSERT INTO customers (id, email) VALUES ($1, $2)`\n+const insertCustomer = `INSERT INTO customers (id, email, {col}) VALUES ($1, $2, $3)`\n"),
        ],
        [["psycopg2.errors.UndefinedColumn: column customers.{col} does not exist", "could not load customer"],
         ["Error 1054: Unknown column '{col}' in 'field list'"]],
        [FIVE_XX], delay=(0, 2)),
    Plot(
        "dropped index", "rollback",
        [
            Patch("migrations/0142_cleanup.sql", "db: remove unused indexes",
                  "@@ -0,0 +1,3 @@\n+DROP INDEX IF EXISTS idx_{dom}_customer_id;\n+DROP INDEX IF EXISTS idx_{dom}_legacy;\n"),
        ],
        [["canceling statement due to statement timeout: SELECT * FROM {dom} WHERE customer_id = $1", "slow query {n}ms: seq scan on {dom}"]],
        [SLOW, Course("db_cpu_ratio", 0.3, 0.98)], delay=(1, 4)),
    Plot(
        "nil dereference after removed guard", "rollback",
        [
            Patch("{svc}/internal/discount/apply.go", "simplify discount rules",
                  "@@ -27,9 +27,6 @@ func Apply(o *Order) Money {\n-\tif o.Coupon == nil {\n-\t\treturn o.Total\n-\t}\n \treturn o.Total.Sub(o.Coupon.Amount)\n }\n"),
            Patch("{svc}/discount/apply.py", "tidy discount code",
                  "@@ -11,8 +11,6 @@ def apply(order):\n-    if order.coupon is None:\n-        return order.total\n     return order.total - order.coupon.amount\n"),
        ],
        [["panic: runtime error: invalid memory address or nil pointer dereference", "http: panic serving {ip}:{n}: runtime error: invalid memory address or nil pointer dereference"],
         ["AttributeError: 'NoneType' object has no attribute 'amount'", "unhandled exception in POST /{dom}"]],
        [FIVE_XX], delay=(0, 4), stack="{svc}/internal/discount.Apply(apply.go:28)"),
    Plot(
        "retry storm", "rollback",
        [
            Patch("pkg/rpc/retry.go", "make calls more robust",
                  "@@ -9,8 +9,8 @@\n-const maxAttempts = 2\n-var backoff = Exponential(100*time.Millisecond, 5*time.Second)\n+const maxAttempts = 12\n+var backoff = Constant(0)\n"),
        ],
        [["429 Too Many Requests from {peer}", "{peer} overloaded: shedding load, request dropped"]],
        [Course("outgoing_requests_per_sec", 200, 2600, "from deploy"), FIVE_XX], delay=(2, 8)),
    Plot(
        "rate limit lowered", "config-revert",
        [
            Patch("deploy/{svc}/values.yaml", "align limits with staging",
                  "@@ -22,4 +22,4 @@\n rateLimit:\n-  requestsPerSecond: 500\n+  requestsPerSecond: 50\n   burst: 100\n"),
            Patch("{svc}/config/gateway.lua", "config: limits",
                  "@@ -3,3 +3,3 @@\n-local limit = 2000 -- per minute and key\n+local limit = 200 -- per minute and key\n"),
        ],
        [["rate limit exceeded for key {id}: HTTP 429", "client throttled, returning 429"],
         ["429 too many requests on /{dom}"]],
        [Course("http_429_ratio", 0.001, 0.55)], delay=(0, 2)),
    Plot(
        "memory limit lowered", "config-revert",
        [
            Patch("deploy/{svc}/values.yaml", "right-size resources",
                  "@@ -30,6 +30,6 @@ resources:\n   limits:\n-    memory: 1Gi\n+    memory: 256Mi\n     cpu: 500m\n"),
        ],
        [["container killed: OOMKilled exit code 137", "worker exited on signal 9"]],
        [Course("container_restarts_total", 0, 6), FIVE_XX], delay=(1, 6)),
    Plot(
        "wrong host in configuration", "config-revert",
        [
            Patch("deploy/{svc}/config.yaml", "point at new primary",
                  "@@ -6,4 +6,4 @@ database:\n-  host: {dom}-db-primary.internal\n+  host: {dom}-db-prmary.internal\n   port: 5432\n"),
            Patch("{svc}/.env.production", "update queue address",
                  "@@ -1,3 +1,3 @@\n-BROKER_URL=amqp://mq.internal:5672\n+BROKER_URL=amqp://mq.internal:5762\n"),
        ],
        [["could not translate host name \"{dom}-db-prmary.internal\" to address: Name or service not known"],
         ["connect ECONNREFUSED mq.internal:5762", "broker connection lost, reconnecting"]],
        [FIVE_XX], delay=(0, 2)),
    Plot(
        "scope no longer requested", "rollback",
        [
            Patch("{svc}/auth/client.py", "request fewer scopes",
                  "@@ -7,5 +7,5 @@\n-SCOPES = [\"orders.read\", \"orders.write\", \"{dom}.admin\"]\n+SCOPES = [\"orders.read\"]\n"),
            Patch("deploy/iam/{svc}-role.yaml", "iam: least privilege",
                  "@@ -9,7 +9,6 @@ statements:\n     - s3:GetObject\n-    - s3:PutObject\n     - s3:ListBucket\n"),
        ],
        [["403 Forbidden: insufficient_scope", "PATCH /{dom} denied: missing scope orders.write"],
         ["AccessDenied: not authorized to perform s3:PutObject on resource", "upload failed: Access Denied (403)"]],
        [Course("http_403_ratio", 0.001, 0.6)], delay=(0, 4)),
    Plot(
        "cache key without tenant / stampede", "rollback",
        [
            Patch("pkg/cache/warm.go", "drop jitter from ttl",
                  "@@ -14,7 +14,7 @@ func (c *Cache) Put(k string, v []byte) error {\n-\treturn c.redis.Set(k, v, 10*time.Minute+jitter(2*time.Minute))\n+\treturn c.redis.Set(k, v, 10*time.Second)\n }\n"),
        ],
        [["origin load high: {n} concurrent misses for the same entry", "context deadline exceeded reading {dom} from database"]],
        [Course("cache_hit_ratio", 0.96, 0.12, "from deploy"), Course("db_connections_in_use", 20, 100, "ramp"), SLOW], delay=(2, 8)),
    Plot(
        "regular expression backtracks", "rollback",
        [
            Patch("{svc}/validate/email.js", "stricter address check",
                  "@@ -1,3 +1,3 @@\n-const EMAIL = /^[^@\\s]+@[^@\\s]+$/;\n+const EMAIL = /^([a-zA-Z0-9]+[._-]?)+@([a-z0-9]+\\.?)+$/;\n"),
        ],
        [["event loop blocked for {n}ms", "health check timed out"]],
        [Course("process_cpu_ratio", 0.2, 1.0), SLOW], delay=(1, 8)),
    Plot(
        "batch size too large", "rollback",
        [
            Patch("{svc}/sink/writer.py", "fewer round trips",
                  "@@ -5,3 +5,3 @@\n-BATCH_SIZE = 200\n+BATCH_SIZE = 20000\n"),
        ],
        [["413 Request Entity Too Large from {peer}", "bulk write rejected: payload of {n} bytes exceeds limit"]],
        [Course("write_failures_ratio", 0, 0.9)], delay=(0, 4)),
    Plot(
        "time zone", "rollback",
        [
            Patch("{svc}/billing/period.py", "modernise dates",
                  "@@ -9,5 +9,5 @@ def current_period():\n-    now = datetime.now(tz=timezone.utc)\n+    now = datetime.now()\n     return Period(now.replace(day=1), now)\n"),
        ],
        [["TypeError: can't compare offset-naive and offset-aware datetimes", "billing period could not be computed"]],
        [FIVE_XX], delay=(0, 3)),
    Plot(
        "thread pool shrunk", "rollback",
        [
            Patch("{svc}/src/main/resources/server.properties", "lower footprint",
                  "@@ -2,3 +2,3 @@\n-server.tomcat.threads.max=200\n+server.tomcat.threads.max=8\n server.port=8080\n"),
            Patch("{svc}/worker/main.py", "reduce worker count",
                  "@@ -40,3 +40,3 @@\n-executor = ThreadPoolExecutor(max_workers=64)\n+executor = ThreadPoolExecutor(max_workers=2)\n"),
        ],
        [["RejectedExecutionException: Task rejected from ThreadPoolExecutor[Running, pool size = 8, queued tasks = 100]"],
         ["job queue full: {n} tasks waiting", "request timed out waiting for a free worker"]],
        [Course("worker_queue_depth", 3, 900, "ramp"), SLOW], delay=(2, 8)),
    Plot(
        "feature flag opens unready path", "feature-flag-disable",
        [
            Patch("{svc}/internal/{dom}/ranker.go", "add experimental ranker",
                  "@@ -12,4 +12,9 @@ func (s *Server) Rank(ctx context.Context, q Query) []Hit {\n+\tif s.flags.Enabled(\"{flag}\") {\n+\t\treturn s.ranker.Score(ctx, s.index.Shard(q.Shard))\n+\t}\n \treturn s.classic(ctx, q)\n"),
        ],
        [["ranker: shard index out of range [{n}] with length 0", "{flag}: falling back failed"]],
        [FIVE_XX], delay=(0, 1), flagged=True),
    Plot(
        "CORS origin", "rollback",
        [
            Patch("{svc}/middleware/cors.ts", "restrict origins",
                  "@@ -2,4 +2,4 @@ app.use(cors({\n-  origin: [/\\.acme\\.test$/, 'https://app.acme.test'],\n+  origin: ['https://acme.test'],\n   credentials: true,\n"),
        ],
        [["CORS: origin https://app.acme.test not allowed", "blocked preflight OPTIONS /{dom}: 403"]],
        [Course("http_403_ratio", 0.001, 0.7)], delay=(0, 2)),
    Plot(
        "queue acknowledges too early / prefetch", "rollback",
        [
            Patch("{svc}/consumer/run.go", "tune consumer",
                  "@@ -21,4 +21,4 @@\n-\tch.Qos(50, 0, false)\n+\tch.Qos(1, 0, false)\n \tmsgs, err := ch.Consume(queue, \"\", false, false, false, false, nil)\n"),
            Patch("{svc}/config/consumer.properties", "consumer settings",
                  "@@ -4,3 +4,3 @@\n-max.poll.interval.ms=300000\n+max.poll.interval.ms=3000\n max.poll.records=500\n"),
        ],
        [["consumer lag for group {dom} is {n} and growing"],
         ["member left group {dom}: poll timeout has expired, rebalancing", "CommitFailedException: the group has already rebalanced"]],
        [Course("consumer_lag", 200, 90000, "ramp")], delay=(2, 9)),
]  # fmt: skip
