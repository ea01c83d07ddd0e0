"""``python -m monitoring``: writes every file that is made of this package."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from monitoring import metrics_page, rules
from monitoring.dashboards import DASHBOARDS, grafana
from monitoring.dashboards.document import document

ROOT: Final = Path(__file__).parent.parent


def files() -> dict[Path, str]:
    """What is to be in which file."""
    return {
        ROOT / "k8s/base/alerts.yaml": rules.for_operator(),
        ROOT / "compose/rules.yaml": rules.plain(),
        ROOT / "docs/dashboards.md": document(),
        ROOT / "docs/metrics.md": metrics_page.render(),
        **{
            ROOT / f"monitoring/grafana/{dashboard.name}.json": grafana.dashboard(dashboard)
            for dashboard in DASHBOARDS
        },
    }


def main() -> None:
    """Write them."""
    for path, content in files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


if __name__ == "__main__":
    main()
