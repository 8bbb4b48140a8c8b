"""Files on their way from the results to the user: into a folder, and to the page."""

from ogc_widgets.downloads.download_bar import DownloadBar

__all__ = ["DownloadBar"]
