"""Freeze windows from iCalendar files (RFC 5545): the adapter behind `agent.ports.Calendars`."""
