"""Files of the results, saved: one, or several at once; each is whole or not there."""

from ogc_widgets.client.results.downloads.many_files import AT_ONCE, Download, Downloads
from ogc_widgets.client.results.downloads.one_file import download
from ogc_widgets.client.results.downloads.part_files import save

__all__ = ["AT_ONCE", "Download", "Downloads", "download", "save"]
