"""The burn as a picture in the thread, where matplotlib is installed; the message's own sparkline serves without it."""

import asyncio
import io
from datetime import UTC, datetime

from agent import telemetry
from agent.model.picture import AFTERWARDS, CLOSE_UP, LOOK_BACK, Curve
from agent.model.post import Post, PostState
from agent.model.report import Report
from agent.ports import Posts
from integrations.slack.mrkdwn import line
from integrations.slack.sender import Sender
from integrations.slack.trouble import Trouble
from integrations.slack.wanted import View

MOMENTS = {"picture of the trouble": (CLOSE_UP, LOOK_BACK), "picture of the end": (AFTERWARDS,)}
"""The pictures an incident gets, and the curves each may be of, the best first."""


class Charts:
    """Draws and uploads, each picture once; a picture that fails is left out, never an incident over it."""

    def __init__(self, sender: Sender, posts: Posts, *, enabled: bool = True) -> None:
        self._sender, self._posts = sender, posts
        self._enabled = enabled and available()

    async def show(self, view: View, root: Post) -> None:
        """Add the pictures that can be drawn by now and are not there yet."""
        if not self._enabled or not root.ts:
            return
        there = {post.name for post in await self._posts.get(root.channel, root.incident_id)}
        for name, curves in MOMENTS.items():
            curve = next((c for wanted in curves for c in view.report.curves if c.name == wanted and _any(c)), None)
            settled = view.closed or (name == "picture of the trouble" and bool(view.report.hypotheses))
            if curve is None or not settled or name in there:
                continue
            post = Post(channel=root.channel, incident_id=root.incident_id, name=name, final=True, at=datetime.now(UTC))
            # recorded first: an upload cannot be found again, and a second picture is worse than none
            await self._posts.put(post.evolve(state=PostState.LOST))
            try:
                image = await asyncio.to_thread(draw, curve, view.report)
                await self._upload(image, root, f"{curve.name}, {line(view.report.incident.id, 80)}")
            except (Trouble, ValueError) as trouble:
                telemetry.log("slack").warning("a picture could not be shown", error=str(trouble))
            else:
                await self._posts.put(post.evolve(state=PostState.SHOWN, place=root.place))

    async def _upload(self, image: bytes, root: Post, title: str) -> None:
        place = await self._sender.call("files.getUploadURLExternal", filename="burn.png", length=str(len(image)))
        await self._sender.upload(str(place["upload_url"]), image)
        await self._sender.call(
            "files.completeUploadExternal",
            files=[{"id": place["file_id"], "title": title}],
            channel_id=root.place,
            thread_ts=root.ts,
        )


def available() -> bool:
    """Whether there is anything to draw with."""
    from importlib.util import find_spec  # noqa: PLC0415 - asked once

    return find_spec("matplotlib") is not None


def draw(curve: Curve, report: Report) -> bytes:
    """A PNG of one curve with the objective and the onset."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - an extra, and heavy
    from matplotlib.dates import DateFormatter, date2num  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(8, 3), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    times = [float(date2num(datetime.fromtimestamp(at, UTC))) for at in curve.times]
    values = [float("nan") if value is None else 100 * value for value in curve.values]
    axes.plot(times, values, color="#e01e5a", linewidth=1.8)
    axes.fill_between(times, values, color="#e01e5a", alpha=0.15)
    if report.slo:
        axes.axhline(100 * (1 - report.slo.objective), color="#777", linewidth=1, linestyle="--")
    onset = float(date2num(report.onset)) if report.onset else None
    if onset is not None and times and times[0] <= onset <= times[-1]:
        axes.axvline(onset, color="#ecb22e", linewidth=1.4)
    axes.set_ylim(bottom=0)
    axes.set_ylabel("errors, %")
    axes.xaxis.set_major_formatter(DateFormatter("%H:%M", tz=UTC))
    axes.grid(visible=True, alpha=0.25)
    axes.set_title(curve.name, loc="left", fontsize=10)
    stream = io.BytesIO()
    figure.savefig(stream, format="png")
    return stream.getvalue()


def _any(curve: Curve) -> bool:
    return any(value is not None for value in curve.values)
