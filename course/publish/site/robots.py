"""What search engines read: where they may go, and a list of the pages when their address is known."""

from pathlib import Path

from course.publish.site.addresses import Addresses
from course.publish.site.files import write


def write_for(addresses: Addresses, pages: list[str], site: Path) -> None:
    """Write `robots.txt`, and `sitemap.xml` with the `pages` unless nobody knows where they will lie."""
    rules = "User-agent: *\nAllow: /\n"
    if addresses.site:
        locations = "".join(f"  <url><loc>{addresses.of(page)}</loc></url>\n" for page in pages)
        head = (
            '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        )
        write(site / "sitemap.xml", f"{head}{locations}</urlset>\n")
        rules += f"Sitemap: {addresses.of('sitemap.xml')}\n"
    write(site / "robots.txt", rules)
