"""Slack: one message per incident, the card a person decides on, and the hand-over; on slack_bolt."""
