"""SLO maths in the Google SRE workbook's words: windows, burn, where an indicator comes from. Pure."""
