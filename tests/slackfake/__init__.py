"""An honest fake of Slack's server side: how to use it, on one page.

Start one (loopback, a port of its own; `now` may be a clock that the test moves) and point Slack's SDK at it:

    async with SlackFake() as slack:                          # or SlackFake(now, signed_url="http://127.0.0.1:…/slack")
        room, ann = slack.state.channel("incidents"), slack.state.user("ann")
        client = AsyncWebClient(token=slack.state.bot_token, base_url=slack.api)
        handler = AsyncSocketModeHandler(AsyncApp(client=client), slack.state.app_token)

**The workspace** (`state.py`): `slack.state.user/group/channel(…)` make people, user groups and rooms (`kind="group"`:
private, `bot=False`: the app was not invited, `.archived`, `.members`); `slack.state.tokens[…]` has `.scopes` and
`.error` ("token_revoked", "account_inactive"). Read it with `shown(room)`, `thread(ts)`, `ephemerals(user)`,
`message(ts)`, `files`, `views`. A message has `.versions` (its edits, oldest first), `.buttons`, `.colours`,
`.seen` (what a person sees: `.text`, `.links`, `.mentions`, `.shouts`, `.alive` for all three, `.turned` for marks
that reverse writing) and `.notification` (the same of what a phone shows). `await slack.message("saying this")` waits.

**The Web API** (`web.py`, `api_*.py`): `slack.web.calls`, `.made("chat.update")`, `.errors`. Every post, edit and modal
is checked; renderers ask directly: `problems(blocks)`, `modal_problems(view)`, `attachment_problems(…)` in `blocks.py`.

**People** (`actors.py`): `await slack.people.press(ts, "approve", ann)` (`value=` chooses in a menu, `version=0` is a
screen that is behind), `.submit(view, {"reason": "no"}, ann)`, `.close(view, ann)`, `.reply(ts, "why?", ann)`,
`.say(room, …)`, `.command("/x", "text", ann, room)`, `.edit(message, text)`, `.remove(message)`. Each returns the
`Delivery`: `.acked` (in time), `.failures`, `.late`, `.response`. They raise LookupError for what no honest client
lets a person do; `slack.courier.bring(Delivery(…))` brings any payload, `slack.courier.replay(delivery)` brings one
again, `slack.courier.failed` is what was never acknowledged. A press carries a trigger_id (one view, three seconds)
and a response_url (five uses, thirty minutes).

Slack tells an app of its own posts and edits too, and Bolt drops them (`test_changes.py`), so the fake leaves that
out. To tell it all the same: `await slack.people.tell(room, changed(message, "edited"))`, from `events.py`.

**Socket Mode** (`socketmode.py`): `slack.socket.drop(n)`, `.duplicate(n)`, `.hold()` and `await .release("shuffled")`,
`await .disconnect("warning" | "refresh_requested" | "link_disabled")`, `.cut()`, `.muted`, `.enabled`,
`await .pinged()`, `.ack_seconds`, `.strays`, `.opened`. Deliveries go to any one of the connections.

**Signed HTTP** (`signed.py`): `await slack.signed.attack(how, delivery)` for `how in ATTACKS` gives the status that came
back; `await slack.signed.replay()` sends what was sent before, headers and all; `await slack.signed.challenge()`.

**Faults** (`faults.py`): `slack.faults.next("chat.update", limited(2), breaks(503), resets(lost=True), slow(1),
garbage(), says("internal_error"))` for the next calls of a method, "upload" and "response_url" among them;
`.always(method, fault)`, `.rate_limits = True` for the documented tiers, `.down = True`; `await slack.stop()` and
`.start()` for a workspace that goes away and comes back. `lost=True`: it was done and only the answer is lost.
`slack.state.file_seconds = 2`: how long an uploaded picture cannot be shown in a block yet.

What was assumed where Slack's documents are silent stands in `server.py`.
"""
