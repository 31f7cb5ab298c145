"""What a change of code or configuration can do to a running system, in words: the one table that links diffs to errors.

A row says: when these words went, came or moved in this direction, errors of these words can follow.
Both sides are matched case-blind against identifiers split into words ("max conns"). Read by
agent.reasoning.effect; adding a mechanism is adding a row. `weight` is how much such a pair alone tells:
near 1 where the error is peculiar to the change, low where almost anything is followed by it.
"""

import re
from functools import cached_property

from agent.model.record import Record


class Mechanism(Record):
    """One row. `ways`: gone, new, up, down, other (a value replaced by something that is no number) or moved (order of statements)."""

    name: str
    ways: list[str]
    code: str
    said: str
    weight: float
    why: str
    named: bool = False  # counts only where the error also names what was changed

    @cached_property
    def touches(self) -> re.Pattern[str]:
        """What must be among the changed words."""
        return re.compile(self.code, re.IGNORECASE)

    @cached_property
    def shows(self) -> re.Pattern[str]:
        """What must be among the errors."""
        return re.compile(self.said, re.IGNORECASE)


def _row(name: str, ways: str, code: str, said: str, weight: float, why: str, *, named: bool = False) -> Mechanism:  # noqa: PLR0913 - a table
    return Mechanism(
        name=name, ways=ways.split(), code=rf"\b(?:{code})\b", said=said, weight=weight, why=why, named=named
    )


MEMORY = (
    r"\boom|out ?of ?memory|memoryerror|heap|signal 9|sigkill|\b137\b|killed process|\bgc\b|\brss\b|memory|working set"
)
SLOW = r"time.?out|timed out|deadline|slow|latenc|p9[059]|took \W|budget"

MECHANISMS = [
    # --- concurrency -------------------------------------------------------------------------------------
    _row("lock removed", "gone", "mutex|mu|r?w?lock|unlock|locked|synchronized|atomic|semaphore|volatile|concurrent|serializable|sync",
         r"concurrent (map|modif)|data race|race (condition|detected)|ConcurrentModification|mapassign|lost update|double.free|corrupt|inconsistent|interleav",
         1.0, "Go memory model; java.util: unsynchronised writes to a map are detected, or corrupt it"),
    _row("lock order", "gone other new", "sorted|sort|order by|ordered|first|second|synchronized|lock|for update|select for",
         r"deadlock|lock wait|could not serialize|serialization failure", 0.9, "PostgreSQL manual 13.3.4: deadlocks are avoided by a consistent order of locks"),
    _row("leader or idempotence check removed", "gone", "leader|elector|is leader|idempoten\\w*|dedup\\w*|unique|once|distinct|upsert|on conflict|lock|exists",
         r"duplicate|already (exist|running|process|held)|unique constraint|twice|E11000|conflict", 0.9, "work that was done once is now done several times"),
    _row("transaction removed", "gone", "transaction\\w*|commit|rollback|begin|atomic",
         r"constraint|inconsisten|partial|orphan|foreign key|lock wait|idle in transaction", 0.6, "ACID: what was one unit is not any more"),
    _row("blocking call on an event loop or in series", "gone new other", "async|await|gather|parallel|promise|go func|sleep|sync|blocking|join|executor|invoke all",
         r"event loop|blocked|timed? ?out|deadline|slow|latenc|p9[059]|queue", 0.4, "work that ran side by side waits for each other"),
    # --- bounded resources -------------------------------------------------------------------------------
    _row("pool made smaller", "down", "pool|max conn\\w*|conns?|connections?|open|workers?|threads?|executor|concurrency|parallel\\w*|max active|maximum pool|in flight|inflight|prefetch|qos|capacity",
         r"pool|acquir|too many (clients|connections)|wait\w* (for|to) (a )?(free |get |acquire |obtain )?(connection|worker|thread|slot)|queue.*(full|depth|waiting)|reject\w+ from|rejectedexecution|no (available|free|idle)|saturat|backlog|\blag\b|exhaust",
         0.95, "a pool smaller than demand makes callers queue: Little's law"),
    _row("replicas or share of CPU lowered", "down", "replicas?|min replicas|cpu|shares|quota|limits?|requests?|instances?|nodes?|autoscal\\w*",
         r"cpu|throttl|overload|shed|capacity|saturat|queue|latenc|p9[059]|time.?out|unschedul|health", 0.6, "less capacity for the same load"),
    _row("memory limit lowered", "down", "memory|mem|heap|xmx|max old space|ram", rf"{MEMORY}|evict|restart", 1.0, "kernel: the OOM killer acts at the cgroup's limit"),
    _row("bound of a collection removed", "gone other new", "max ?size|maximum\\w*|max entries|limit|evict\\w*|expire\\w*|lru\\w*|cache ?builder|caffeine|ttl|bounded|weak\\w*|capacity|concurrent hash map|none|unbounded",
         MEMORY, 0.85, "an unbounded cache is a leak"),
    _row("closing removed", "gone", "close|closed|defer|finally|with|cancel|release|dispose|unsubscribe|stop|drain|discard|shutdown|cleanup|remove listener|clear (interval|timeout)",
         r"too many open files|emfile|enfile|file descriptor|open.?fds|leak|goroutines|sockets?|handles|out ?of ?memory|heap|pool|exhaust|connections", 0.9, "what is opened for each request and never closed runs out"),
    _row("result set unbounded", "gone up", "limit|pages?|paginat\\w*|page size|top|take|slice|max results|fetch size", rf"{MEMORY}|{SLOW}|too large|payload|full scan", 0.8, "reading everything instead of a page"),
    _row("batch or message too large", "up", "batch|bulk|chunk|page size|max size|buffer|payload|max (bytes|records|message)|prefetch|window|block size",
         r"413|too large|payload|exceeds|message size|max.?(message|request).?size|out ?of ?memory|lock (wait|time)|rejected", 0.95, "servers bound the size of one request"),
    _row("concurrency raised", "up", "workers?|concurrency|parallel\\w*|threads?|pool|max conn\\w*|connections|in ?flight|consumers?|rate|rps",
         r"too many (clients|connections|requests)|429|overload|throttl|remaining connection slots|rate.?limit|capacity|cpu|saturat", 0.7, "whoever is called has bounds too"),
    _row("disk filled by logs", "up new other", "level|log level|verbos\\w*|debug|trace|sampl\\w*|sample rate|retention|retain|rotat\\w*|dump|capture|audit",
         r"no space left|enospc|disk|read-only file ?system|log (volume|write)|volume (is )?full|inode|ingest\w* (quota|limit)|write error", 1.0, "more verbose logs by orders of magnitude"),
    _row("rotation or retention removed", "gone down", "rotat\\w*|retention|cleanup|vacuum|compact\\w*|purge|ttl|max age|max backups|log ?rotate|prune", r"no space left|enospc|disk|read-only file ?system|volume|inode|wal", 0.9, "what is not deleted fills the disk"),
    # --- calls ---------------------------------------------------------------------------------------------
    _row("timeout shortened", "down other", "time ?outs?|deadlines?|read time\\w*|write time\\w*|request time\\w*|connect time\\w*|with timeout|max wait|wait|idle|keep ?alive|max\\.poll|poll interval|session time\\w*|heartbeat\\w*|interval|grace|visibility",
         r"time.?out|timed out|deadline|econnaborted|etimedout|abort|cancel|rebalanc|left group|expired|reset by peer|redeliver|504", 0.9, "shorter than the work takes"),
    _row("timeout removed or too long", "up gone", "time ?outs?|deadlines?|max wait|keep ?alive|context with", r"pool|hang|hung|stuck|blocked|thread|goroutine|queue.*full|saturat|exhaust|too many open", 0.6, "callers wait on what will not answer and hold what they have"),
    _row("fewer retries", "down gone", "retr\\w*|attempts?|max tries|back ?off\\w*|base delay|max elapsed", r"retr\w+|attempts?|gave up|giving up|conflict|contention|budget|exhaust|compare.and.(swap|set)|\bcas\b", 0.95, "transient failures surface that were retried away"),
    _row("retry storm", "up new gone other", "retr\\w*|attempts?|max tries|back ?off\\w*|jitter|delay|constant|sleep|circuit\\w*|breaker|hedg\\w*",
         r"429|too many requests|overload|shed\w*|rate.?limit|thundering|storm|throttl|amplif|queue.*full", 0.85, "SRE book, ch. 22: retries multiply load"),
    _row("circuit breaker or probe sharpened", "down up other", "threshold|failure\\w*|probes?|liveness|readiness|initial delay|period|breaker|outlier|eject\\w*|grace", r"liveness|readiness|probe|unhealthy|circuit|no healthy (upstream|host)|ejected|breaker|health.?check|restart|sigterm|startup|crash ?loop", 0.85, "healthy instances are taken out"),
    _row("rate limit lowered", "down", "limits?|rate\\w*|quota|burst|per (sec\\w*|min\\w*|hour|key|user|client)|rps|qps|throttl\\w*|tokens?|window|max requests|allowed",
         r"429|too many requests|rate.?limit|throttl|quota|limit exceeded|limit reached", 1.0, "a limit below the usual load"),
    _row("address changed", "other gone down up", "hosts?|hostname|url|uri|port|addr\\w*|endpoints?|brokers?|servers?|dsn|bucket|topic|region|queue|base path|namespace|cluster|dial|connect|db|database|path|target",
         r"refused|no such host|not known|unknown ?host|enotfound|translate host|unreachable|no route|connection (lost|closed|failed)|404|not found|no such (bucket|key|topic|queue)|unknown topic|nxdomain|could not connect", 0.85, "whoever is called is not there"),
    _row("route or handler removed", "gone other", "route\\w*|router|handle\\w*|endpoint|path|mapping|register\\w*|method|rpc|get|post|put|delete", r"\b404\b|not found|no route|method not allowed|\b405\b|unimplemented|\b410\b|cannot (get|post)", 0.6, "callers still use it", named=True),
    _row("encoding or content type", "other gone new", "gzip|zstd|brotli|deflate|compress\\w*|content type|charset|utf\\w*|accept\\w*|encod\\w*|base64", r"encoding|charset|utf-?8|\b415\b|unsupported media|gzip|zstd|decompress|invalid (byte|header|magic)|illegal base64", 0.9, "both ends must agree"),
    # --- data stores ------------------------------------------------------------------------------------------
    _row("batching removed", "gone", "batch\\w*|bulk\\w*|chunk\\w*|coalesc\\w*|execute ?many|pipeline\\w*|multi|buffer\\w*|group|aggregate\\w*|debounc\\w*",
         r"throttl|throughput|capacity|rate exceeded|write units|429|too many requests|slow|queries|statements|latenc|iops|round.?trip", 0.95, "one call for each item instead of for many"),
    _row("query for each item", "gone new", "select related|prefetch\\w*|joins?|includes?|preload|eager\\w*|with \\w+ labels|in ?clause|for range query|loop query",
         r"slow|quer(y|ies)|statements?|time.?out|timed out|pool|connections|latenc|p9[059]|deadline|cpu", 0.85, "N+1 queries"),
    _row("schema not there", "new other", "select|insert|update|from|column|table|join|model\\w*|create table|add column|mapped column|db column",
         r"(relation|table|column|field|collection|index|schema)\b.*(not exist|doesn't exist|unknown|undefined|missing|not found)|no such (table|column|index|collection)|unknown column|undefined(column|table)|invalid (column|object) name|ORA-00(942|904)", 1.0, "code ahead of its migration", named=True),
    _row("index or column dropped", "new gone", "drop|drop index|drop column|drop table|alter|index|concurrently|rename column|truncate", r"seq(uential)? scan|full (table )?scan|slow|time.?out|deadline|not exist|unknown column|lock (wait|time)|cpu|latenc", 0.85, "queries that used it"),
    _row("migration locks a table", "new", "alter table|add constraint|create index|not null|default|backfill|vacuum full|lock table|reindex", r"lock (wait|time|not)|could not obtain lock|blocked|time.?out|waiting for|deadlock|metadata lock", 0.7, "PostgreSQL manual 13.3: ACCESS EXCLUSIVE blocks readers"),
    _row("cache weakened", "gone down other", "ttl|cache\\w*|jitter|expire\\w*|expires at|expiry|max ?age|memo\\w*|warm\\w*|stale\\w*|p?set ?ex|p?ex|p?exat|px|key|minute|hour",
         r"cache|stampede|misses|hit.?(rate|ratio)|origin|database|\bdb\b|connections|too many|thundering|overload|latenc|deadline|429|rate.?limit|throttl", 0.7, "what the cache kept away arrives at the store"),
    _row("cache too strong or shared wrongly", "up other", "ttl|cache\\w*|max ?age|stale\\w*|key|vary", r"stale|outdated|wrong (user|tenant|account|price|data)|mismatch|inconsisten|belongs to another", 0.9, "old or somebody else's data"),
    _row("field renamed", "other gone new", "\\w+", r"unknown field|no mapping|missing (field|property|key|required)|keyerror|required propert|is required|unrecognized|no (such )?field|undefined|has no attribute|not found in|no such (property|key)|wire.?(type|format)|unmarshal|deserializ|cannot (parse|decode|convert)|schema|unexpected (key|field|property)",
         0.95, "the other side still uses the old name or type", named=True),
    _row("type or format changed", "other", "int\\w*|u?int64|string|str|float|double|decimal|bool\\w*|json\\w*|decode\\w*|encode\\w*|parse\\w*|format|serial\\w*|proto\\w*|avro|schema|date\\w*|bigint|timestamp",
         r"unmarshal|marshal|decod|encod|pars(e|ing)|wire.?(type|format)|invalid (type|json|value|literal|number)|type ?(mismatch|error)|cast|deserializ|serializ|numberformat|valueerror|overflow|out of range for type", 0.75, "reader and writer differ"),
    _row("isolation, partition or shard", "other gone new", "partition\\w*|shard\\w*|hash|ring|replica\\w*|read (preference|concern)|consistency|quorum|leader|primary|secondary|follower", r"shard|partition|hot.?(key|spot)|not (leader|primary|master)|read.?only|quorum|replica|stale|skew|not enough replicas", 0.7, "requests go to the wrong place"),
    _row("acknowledgement", "gone other", "ack|nack|acks|commit|requeue|offset\\w*|auto commit|enable auto|visibility", r"redeliver|duplicate|unack|backlog|\blag\b|lost|reprocess|offset", 0.8, "messages are lost, or come again"),
    _row("consumer slowed", "down", "prefetch|qos|poll\\w*|fetch\\w*|max poll|batch\\w*|concurrency|workers?|consumers?|records|partitions", r"\blag\b|backlog|unacked|queue|age.?of.?oldest|rebalanc|left group|depth", 0.95, "consumes less than is produced"),
    # --- code -----------------------------------------------------------------------------------------------------
    _row("guard removed", "gone", "nil|null|none|undefined|optional|or else|is ?empty|is ?blank|len|exists|has\\w*|contains|guard|check\\w*|is present|default|valid\\w*|zero|try|except|catch|recover",
         r"nil pointer|null ?pointer|nonetype|undefined is not|cannot read (propert|null)|null reference|unwrap|segfault|sigsegv|invalid memory address|index out|out of (range|bounds)|keyerror|nosuchelement|division by zero|divide by zero|unhandled|uncaught|panic|unexpected null", 0.9, "the case it caught still occurs"),
    _row("off by one", "other", "<=?|>=?|\\+ ?1|- ?1|len|size|length|index|offset|range", r"out of (range|bounds)|index|bounds|slice|offset", 0.5, "a bound moved by one"),
    _row("validation tightened", "new other gone down", "valid\\w*|required|pattern|regex\\w*|allow\\w*|enum|schema|min\\w*|max\\w*|strict|reject\\w*|range|length|forbid\\w*|assert\\w*|not null",
         r"invalid|validation|reject|\b400\b|\b422\b|bad request|not allowed|unprocessable|constraint|must (be|not)|too (long|short)", 0.6, "inputs that were fine are refused"),
    _row("regular expression", "other new", "regex\\w*|re|pattern|compile|match\\w*|test|reg ?exp|email|\\^", r"event loop|blocked|cpu|backtrack|regex|catastrophic|stack overflow|health.?check|hang|latenc", 0.65, "nested quantifiers take exponential time"),
    _row("time zone or epoch", "gone other new", "utc|tz|time ?zone|timezone|now|today|local\\w*|datetime|epoch|unix\\w*|milli\\w*|nano\\w*|zone ?id|offset|to instant",
         r"offset-naive|offset-aware|time.?zone|\btz|date|in the (future|past)|timestamp|period|daylight|utc", 0.85, "clocks read in another zone or unit"),
    _row("recursion or loop without end", "gone", "break|depth|visited|recurs\\w*|base case|max depth|seen|max iterations", r"stack ?overflow|recursion|maximum call stack|cpu|infinite|hang|blocked", 0.7, "nothing stops it"),
    _row("integer too small", "other", "u?int\\d*|serial|bigserial|bigint|long|short|sequence|auto increment|id", r"out of range|overflow|integer|sequence|maximum value|numeric value", 0.9, "a counter passes its type's end"),
    _row("incompatible dependency", "other new gone", "version|require\\w*|dependency|from|image|base|sdk|runtime|v\\d+", r"nosuchmethod|noclassdef|classnotfound|abstractmethod|linkage|undefined symbol|module not found|cannot (find module|import)|importerror|glibc|exec format|incompatib|unsupported (version|protocol)", 0.95, "built against something else"),
    _row("environment or setting missing", "gone other", "env\\w*|getenv|environ|config\\w*|settings?|secrets?|variable|property|os|value from|key ref|mount\\w*", r"not set|missing|required|undefined|invalid config|keyerror|cannot (load|read)|no such file|environment|could not resolve placeholder", 0.8, "what the program expects is not given"),
    _row("work made dearer", "up other new", "compress\\w*|level|quality|iterations|rounds|cost|bcrypt|argon\\w*|pbkdf\\w*|depth|precision|best|sort\\w*|encrypt\\w*|wildcard|regex\\w*|scan|recurs\\w*|pretty|deep ?copy|clone|serialize",
         r"\bcpu\b|slow|latenc|budget|run queue|took|time.?out|timed out|saturat|p9[059]", 0.75, "each request costs more"),
    _row("labels multiply series", "new other", "labels?|tags?|dimension|user ?id|request ?id|session ?id|path|url|email|\\w+ vec", rf"cardinality|series|scrape|body size|label|{MEMORY}|ingest", 0.85, "Prometheus practices: unbounded label values are unbounded series"),
    _row("lock held during a call", "new", "call under lock", r"contention|blocked|watchdog|lock|goroutines|hang|stuck|latenc|p9[059]|time.?out|timed out|deadline", 0.85, "everybody waits for the slowest call"),
    _row("not waited for", "gone", "await|async|wait|join|flush|f?sync|done|get|result|then|close|commit|wait ?group", r"unhandled ?(promise ?)?rejection|never awaited|missing|not found|no ?such ?key|not yet|incomplete|truncat|partial|lost|race|before it|closed|unexpected eof", 0.8, "what follows does not know whether it was done"),
    _row("filter or condition removed", "gone", "where|filter\\w*|deleted\\w*|is null|state|status|tenant\\w*|active|enabled|visible|owner|condition|having|and|exclude\\w*|only", r"deleted|more than expected|mismatch|reconcil|wrong|duplicate|belongs to|leak|unexpected (row|record|result)|cross.?tenant|processed again|not (active|visible)|too many (rows|results)", 0.8, "rows that were left out are taken"),
    _row("unit or scale", "gone other new", "10+|exponent|cents?|minor|major|multipl\\w*|divid\\w*|scal\\w*|convert\\w*|quanti[sz]e|round\\w*|decimal|unit\\w*|factor|bytes|kilo\\w*|mega\\w*|milli\\w*|percent\\w*|ratio|to int\\w*|int",
         r"factor|mismatch|below (the )?minimum|above (the )?maximum|amount|total|differs|off by|declin|precision|rounding|unit|exceeds|negative|implausib|out of range", 0.75, "the same number in another unit"),
    _row("order of steps", "moved", "\\w+", r"csrf|session|auth|no \w+ (on|in|for)|before|not (initiali[sz]ed|ready|registered|configured|set)|undefined|null|nil|missing|invalid|forbidden|\b40[0134]\b|duplicate|lost|order", 0.8, "a step runs before what it needs"),
    _row("connections not reused", "down up other gone", "max idle conns\\w*|keep ?alives?\\w*|disable keep ?alives|idle\\w*|reuse\\w*|persistent|connection close|max requests", r"assign requested address|ephemeral|time.?wait|port.{0,12}exhaust|sockets?|handshake|connect\w*|too many open|latenc", 0.8, "a connection for each request"),
    _row("another base or runtime", "other gone new", "from|alpine|bookworm|bullseye|slim|distroless|musl|debian|ubuntu|jammy|image|runtime|base|node|python|jdk|jre|openjdk|golang|java|ubi|scratch|apk|apt|apt get|install",
         r"shared library|no such file|not found|importerror|cannot open|glibc|exec format|segfault|unsupported|class ?file|symbol|failed to boot|no module|command not found|version", 0.85, "what the program links against is not there"),
    _row("read-only or replica", "up other new down", "read ?only\\w*|replica\\w*|secondary|standby|follower|primary|writer|reader", r"read.?only|replica|standby|cannot execute|not (primary|master|leader|writable)|recovery", 1.0, "writes go to who may not write"),
    _row("statements, sessions and poolers", "up down other new gone", "prepare\\w*|statement\\w*|pool ?mode|pgbouncer|transaction|session|cache ?statements|autocommit", r"prepared statement|statement.*(exist|closed)|portal|transaction (is )?aborted|idle in transaction|session", 0.95, "a statement prepared on one connection is unknown on another"),
    _row("resolver cache removed", "gone", "resolver|dns|cache\\w*|dialer|lookup|ndots|nscd", r"lookup|resolv|no such host|dns|nxdomain|servfail", 0.9, "every connection asks the resolver"),
    _row("enumerated value removed", "gone", "\\w+", r"no enum|enum constant|unknown (value|variant|state|status|type|enum)|not a valid|unrecognized|unexpected (value|state)|invalid (value|state|status)|no case|unhandled (case|value)|unsupported", 0.95, "stored data still holds it", named=True),
    # --- identity ---------------------------------------------------------------------------------------------------
    _row("clock tolerance removed", "gone down", "leeway|skew|toleran\\w*|grace|drift|clock\\w*|not before|nbf|iat|buffer", r"expired|not yet valid|\bnbf\b|\biat\b|skew|clock|used before issued|token|in the future|signature", 1.0, "RFC 7519, 4.1.4: a small leeway accounts for clock skew"),
    _row("lifetime shortened", "down other", "ttl|tokens?|sessions?|jwt|cookie|lease|expir\\w*|max ?age|life ?time|valid\\w*|refresh|rotation|cache", r"expired|401|unauthori|session|lease|log ?in|re-?auth|not logged", 0.9, "it ends before it is renewed"),
    _row("permission removed", "gone other", "scopes?|roles?|permission\\w*|grants?|polic(?:y|ies)|audience|issuer|origins?|cors|allow\\w*|actions?|principal|s3|put object|get object|write|read|admin|acl|rbac|verbs?|resources?",
         r"\b40[13]\b|forbidden|unauthori|denied|not authorized|scope|cors|origin|preflight|audience|issuer|permission|not allowed|privilege", 0.95, "what was allowed is not any more"),
    _row("signing or verification changed", "other gone new", "secret|sign\\w*|raw\\w*|body|stringify|canonical\\w*|mac|hmac|algorithm|alg|rs256|hs256|jwks?|kid|verify\\w*|audience|issuer|hash\\w*|salt|cipher|key ?id|public key|encrypt\\w*", r"signature|\b401\b|unauthori|invalid token|verification|unable to verify|unknown kid|decrypt|bad (mac|padding)|integrity|audience|issuer", 0.9, "issuer and verifier differ"),
    _row("credentials changed", "other gone", "password|secret|user ?name|user|credential\\w*|api key|token|auth\\w*|access key|login", r"authentication failed|password|access denied|\b401\b|invalid (credential|api key|token)|login|auth", 0.8, "the other end knows the old one"),
    _row("TLS settings", "other gone new", "tls\\w*|ssl\\w*|cipher\\w*|verify|ca|ca ?cert|min ?version|insecure|mtls|server ?name|sni|trust\\w*|keystore", r"^(?!(?s:.*)expired)(?s:.*?)(handshake[_ ](failure|error)|protocol version|no (shared|common) cipher|unknown authority|unknown ca|bad certificate|unsupported protocol|certificate (verify failed|is not trusted|signed by unknown)|hostname|x509: certificate (is )?(signed|valid for))", 0.9, "both ends must share a version, a cipher and a root"),
]  # fmt: skip
"""Mechanisms of programs, databases, queues and networks in general; `why` names the source or the reason."""
