"""`python -m reports` is `gradproof`, where a shell does not find the installed command."""

from __future__ import annotations

from reports.cli import main

raise SystemExit(main())
