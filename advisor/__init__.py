"""HotSpot flags with reasons: rules, a simulator of the collectors, a search over it, and a lint step."""

__version__ = "0.1.0"
