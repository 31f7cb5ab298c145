"""Commits that broke nothing, some of them right on the failing path and deployed just before the onset."""

from benchmarks.labelled.generated.kinds import Patch

TIDY = [
    Patch("{svc}/internal/{dom}/handler.go", "refactor: extract helper",
          "@@ -10,9 +10,12 @@ func (h *Handler) Serve(w http.ResponseWriter, r *http.Request) {\n-\tid := chi.URLParam(r, \"id\")\n-\tif id == \"\" {\n-\t\thttp.Error(w, \"missing id\", http.StatusBadRequest)\n-\t\treturn\n-\t}\n+\tid, ok := requireID(w, r)\n+\tif !ok {\n+\t\treturn\n+\t}\n+}\n+\n+func requireID(w http.ResponseWriter, r *http.Request) (string, bool) {\n+\tid := chi.URLParam(r, \"id\")\n+\tif id == \"\" {\n+\t\thttp.Error(w, \"missing id\", http.StatusBadRequest)\n+\t}\n+\treturn id, id != \"\"\n"),
    Patch("{svc}/app/service.py", "rename variable",
          "@@ -30,4 +30,4 @@ def total(basket):\n-    s = sum(line.price for line in basket.lines)\n-    return s\n+    subtotal = sum(line.price for line in basket.lines)\n+    return subtotal\n"),
    Patch("{svc}/src/main/java/com/acme/{dom}/Mapper.java", "move mapping into own class",
          "@@ -12,6 +12,3 @@\n-    Dto toDto(Entity e) {\n-        return new Dto(e.id(), e.name());\n-    }\n@@ -0,0 +1,5 @@\n+final class Mapper {\n+    static Dto toDto(Entity e) {\n+        return new Dto(e.id(), e.name());\n+    }\n+}\n"),
    Patch("{svc}/server/log.ts", "log request id",
          "@@ -4,3 +4,3 @@\n-  logger.info('handled');\n+  logger.info('handled', { requestId: req.id });\n"),
    Patch("{svc}/internal/metrics/metrics.go", "feat: histogram for {dom}",
          "@@ -8,3 +8,7 @@\n+var {dom}Seconds = promauto.NewHistogram(prometheus.HistogramOpts{\n+\tName: \"{dom}_seconds\",\n+})\n"),
    Patch("{svc}/store/pool.go", "keep idle connections longer",
          "@@ -14,3 +14,3 @@\n-\topts.IdleTimeout = 40 * time.Second\n+\topts.IdleTimeout = 2 * time.Minute\n"),
    Patch("{svc}/client/http.go", "a little more patience with {peer}",
          "@@ -9,4 +9,4 @@\n-\tTimeout: 2 * time.Second,\n-\tMaxRetries: 2,\n+\tTimeout: 3 * time.Second,\n+\tMaxRetries: 3,\n"),
    Patch("{svc}/config/app.yaml", "sort keys",
          "@@ -1,4 +1,4 @@\n-timeout: 5s\n-retries: 3\n-pool: 20\n+pool: 20\n+retries: 3\n+timeout: 5s\n"),
    Patch("{svc}/totals/round.py", "round totals to cents",
          "@@ -3,3 +3,3 @@\n-    return round(net * rate)\n+    return round(net * rate, 2)\n"),
    Patch("{svc}/api/reports.py", "feat: export as csv",
          "@@ -44,0 +45,6 @@\n+@app.get('/reports/export')\n+def export(request):\n+    rows = build(request.user)\n+    return csv_response(rows)\n"),
]  # fmt: skip

IDLE = [
    Patch("go.mod", "chore: bump dependencies", "@@ -5,4 +5,4 @@ require (\n-\tgithub.com/gorilla/mux v1.8.0\n+\tgithub.com/gorilla/mux v1.8.1\n"),
    Patch("package-lock.json", "chore(deps): update lockfile", "@@ -100,4 +100,4 @@\n-      \"version\": \"1.6.7\",\n+      \"version\": \"1.6.8\",\n"),
    Patch("docs/runbook.md", "docs: runbook", ""),
    Patch("web/styles/main.css", "web: softer shadows", "@@ -3,3 +3,3 @@\n-.card { box-shadow: 0 1px 2px #333; }\n+.card { box-shadow: 0 1px 4px #555; }\n"),
    Patch(".github/workflows/ci.yml", "ci: cache", ""),
    Patch("{svc}/internal/{dom}/handler_test.go", "test: more cases", ""),
    Patch("deploy/preview/ingress.yaml", "chore: preview hosts", ""),
    Patch("CODEOWNERS", "chore: owners", ""),
    Patch("pkg/money/convert.go", "style: gofmt", "@@ -3,3 +3,3 @@\n-func Convert( a int )int{\n+func Convert(a int) int {\n"),
    Patch("pkg/pagination/page.go", "fix: empty page", "@@ -7,2 +7,5 @@ func Page(items []T, n int) []T {\n+\tif len(items) == 0 {\n+\t\treturn nil\n+\t}\n"),
]  # fmt: skip

FLAGS = ["{dom}_new_ui", "{dom}_v2", "async_{dom}_mail", "dark_mode"]
"""Flags turned for other reasons."""
