"""Areas from files that GDAL wrote, and from files that nobody should open."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import json
import sqlite3
import struct
import time
import zipfile
from pathlib import Path

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyogrio.raw import write

import ogc_widgets as ogc
from ogc_widgets.area import files
from ogc_widgets.area.files import read_area
from ogc_widgets.errors import InputError

# Two neighbours and a third one with a hole, near Trieste.
FEATURES = [
    shapely.Polygon([(14, 45), (14.5, 45), (14.5, 45.4), (14, 45.4)]),
    shapely.Polygon([(14.5, 45), (15, 45.1), (14.9, 45.4), (14.5, 45.4)]),
    shapely.Polygon(
        [(13, 44), (13.2, 44), (13.1, 44.3)],
        [[(13.08, 44.05), (13.12, 44.05), (13.1, 44.1)]],
    ),
]
EXTENT = [13, 44, 15, 45.4]


UTM_33 = pyproj.Transformer.from_crs("OGC:CRS84", "EPSG:32633", always_xy=True)


def in_utm(geometry):
    return shapely.transform(
        geometry, lambda xy: np.column_stack(UTM_33.transform(*xy.T))
    )


def written(
    path, driver, geometries=FEATURES, crs="EPSG:4326", kind="Polygon", **options
):
    """A file made by GDAL."""
    write(
        str(path),
        np.array([shapely.to_wkb(one) for one in geometries], dtype=object),
        field_data=[np.arange(len(geometries))],
        fields=["number"],
        geometry_type=kind,
        crs=crs,
        driver=driver,
        **options,
    )
    return path


def zipped(folder, **members):
    """Everything in a folder as the content of a zip archive, and other members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()) if folder else ():
            archive.write(path, f"data/{path.name}")
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "driver"),
    [
        ("a.geojson", "GeoJSON"),
        ("a.geojsonl", "GeoJSONSeq"),
        ("a.gpkg", "GPKG"),
        ("a.shp", "ESRI Shapefile"),
        ("a.kml", "KML"),
        ("a.gml", "GML"),
        ("a.fgb", "FlatGeobuf"),
    ],
)
def test_features_of_a_file_become_one_area(tmp_path, name, driver):
    found = read_area(written(tmp_path / name, driver))
    assert found.bbox == pytest.approx(EXTENT, abs=1e-7)
    assert shapely.geometry.shape(found.geometry).area == pytest.approx(
        shapely.unary_union(FEATURES).area
    )
    assert name in found.note
    assert "3 features are one area of 2 parts" in found.note


@pytest.mark.parametrize(
    ("name", "driver"), [("a.gpkg", "GPKG"), ("a.shp", "ESRI Shapefile")]
)
def test_file_in_utm_is_brought_to_degrees(tmp_path, name, driver):
    path = written(
        tmp_path / name, driver, [in_utm(one) for one in FEATURES], "EPSG:32633"
    )
    found = read_area(path)
    assert found.bbox == pytest.approx(EXTENT, abs=1e-6)
    assert "converted from EPSG:32633" in found.note


def test_file_is_found_in_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    written(tmp_path / "a.shp", "ESRI Shapefile")
    assert read_area("~/a.shp").geometry["type"].endswith("Polygon")


def test_track_of_a_gpx_file_becomes_its_box(tmp_path):
    points = "".join(
        f'<trkpt lat="{lat}" lon="{lon}"/>' for lon, lat in [(2, 1), (2.5, 1.5), (3, 1)]
    )
    (tmp_path / "walk.gpx").write_text(
        '<gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1">'
        f"<trk><trkseg>{points}</trkseg></trk></gpx>"
    )
    area_map = ogc.AreaMap()
    area_map.load(tmp_path / "walk.gpx")
    assert tuple(area_map.bbox) == (2, 1, 3, 1.5)
    area_map.close()


def test_missing_reader_is_named_and_geojson_is_read_without_it(tmp_path, monkeypatch):
    path = written(tmp_path / "a.gpkg", "GPKG")
    text = written(tmp_path / "a.geojson", "GeoJSON")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError) as caught:
        read_area(path)
    assert "ogc-widgets[files]" in caught.value.advice
    assert read_area(text).bbox == EXTENT
    assert read_area(b"POLYGON((0 0, 1 0, 1 1, 0 0))").bbox == [0, 0, 1, 1]


def test_zipped_shapefile_and_kmz_are_unpacked_in_memory(tmp_path):
    written(tmp_path / "lakes.shp", "ESRI Shapefile")
    assert read_area(zipped(tmp_path), name="lakes.zip").bbox == EXTENT
    kml = written(tmp_path / "doc.kml", "KML").read_bytes()
    packed = zipped(None, **{"doc.kml": kml, "files/icon.png": b"x"})
    assert read_area(packed, name="lakes.kmz").bbox == EXTENT
    assert read_area(io.BytesIO(packed)).bbox == EXTENT


def test_first_layer_with_areas_counts_unless_one_is_named(tmp_path):
    path = tmp_path / "many.gpkg"
    written(path, "GPKG", [shapely.Point(1, 2)], kind="Point", layer="springs")
    written(path, "GPKG", FEATURES, layer="lakes", append=True)
    assert "layer lakes" in read_area(path).note
    springs = read_area(path, layer="springs")
    assert springs.bbox == pytest.approx([0.99, 1.99, 1.01, 2.01])
    assert "points or lines only" in springs.note
    with pytest.raises(InputError, match="no layer 'rivers'") as caught:
        read_area(path, layer="rivers")
    assert "springs, lakes" in caught.value.advice


def test_shapefile_without_its_system_says_that_degrees_are_assumed(tmp_path):
    path = written(tmp_path / "a.shp", "ESRI Shapefile")
    found = read_area(path.read_bytes(), name="a.shp")
    assert found.bbox == EXTENT
    assert "no reference system" in found.note
    far = written(tmp_path / "b.shp", "ESRI Shapefile", [in_utm(FEATURES[0])])
    with pytest.raises(InputError, match=r"No geometry of b\.shp can be used"):
        read_area(far.read_bytes(), name="b.shp")


def test_faulty_features_are_left_out_and_counted():
    bow_tie = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1]]]}
    good = {"type": "Polygon", "coordinates": [[[5, 5], [6, 5], [6, 6], [5, 5]]]}
    features = [
        {"type": "Feature", "properties": {}, "geometry": geometry}
        for geometry in (bow_tie, good, None)
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features})
    found = read_area(text.encode())
    assert found.bbox == [5, 5, 6, 6]
    assert "1 feature was left out: the outline" in found.note


def test_crs_member_of_old_geojson_is_honoured():
    ring = shapely.get_coordinates(in_utm(FEATURES[0])).tolist()
    value = {
        "type": "Feature",
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32633"}},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    found = read_area(json.dumps(value).encode())
    assert found.bbox == pytest.approx([14, 45, 14.5, 45.4], abs=1e-8)


def test_outline_of_very_many_corners_is_replaced_by_its_box_in_time():
    angle = np.linspace(0, 2 * np.pi, 220_000, endpoint=False)
    ring = np.column_stack([10 + np.cos(angle), 45 + np.sin(angle)]).tolist()
    value = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    start = time.perf_counter()
    found = read_area(json.dumps(value).encode())
    assert time.perf_counter() - start < 60
    assert len(found.geometry["coordinates"][0]) == 5
    assert "the box around it is taken" in found.note


# -- files that nobody should open -----------------------------------------------------


def test_zip_bomb_is_stopped_at_the_limit(monkeypatch):
    monkeypatch.setattr("ogc_widgets.area.layers.MAX_UNPACKED_BYTES", 2 * 1024 * 1024)
    bomb = zipped(None, **{"a.geojson": b" " * 50_000_000 + b"{}"})
    assert len(bomb) < 100_000
    with pytest.raises(InputError, match="unpacks to more than 2 MiB"):
        read_area(bomb)


def test_size_that_an_archive_claims_is_not_believed(monkeypatch):
    monkeypatch.setattr("ogc_widgets.area.layers.MAX_UNPACKED_BYTES", 1024 * 1024)
    bomb = bytearray(zipped(None, **{"a.geojson": b" " * 9_000_000}))
    real = struct.pack("<I", 9_000_000)
    while (at := bomb.find(real)) >= 0:
        bomb[at : at + 4] = struct.pack("<I", 10)
    with pytest.raises(InputError, match=r"unpacks to more|is broken|is empty|not"):
        read_area(bytes(bomb))


def test_locked_and_broken_archives_are_refused_in_words():
    good = zipped(None, **{"a.geojson": json.dumps(FEATURES[0].__geo_interface__)})
    locked = bytearray(good)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[good.index(mark) + at] |= 1
    with pytest.raises(InputError, match="locked with a password"):
        read_area(bytes(locked))
    with pytest.raises(InputError, match="zip archive is broken"):
        read_area(good[:-30])
    with pytest.raises(InputError, match="nothing in the zip archive"):
        read_area(zipped(None, **{"notes.txt": b"hello"}))


def test_geopackage_that_computes_for_ever_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr("ogc_widgets.area.layers._SECONDS", 4)
    path = written(tmp_path / "a.gpkg", "GPKG")
    with contextlib.closing(sqlite3.connect(path)) as database:
        # The table is replaced by a view that never ends; its triggers know GDAL only.
        database.executescript("""
            DROP TABLE a;
            CREATE VIEW a AS WITH RECURSIVE n(i) AS
                (SELECT 1 UNION ALL SELECT i + 1 FROM n)
                SELECT count(*) AS fid, x'00' AS geom, 1 AS number FROM n;
        """)
    start = time.perf_counter()
    with pytest.raises(InputError, match="was not read within"):
        read_area(path.read_bytes())
    assert time.perf_counter() - start < 60


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00", "of a kind that is not read"),
        (b"SQLite format 3\x00" + b"\x00" * 200, "broken, or of a kind"),
        (b"\x00\x00\x27\x0a" + b"\x00" * 300, "no geometry|broken"),
        (b"\x00\x00\x27\x0a", "is broken"),
        (b'{"type": "Polygon", "coordinates": [[', "broken at line 1"),
        (b'{"a": 1}', "not GeoJSON"),
        (b'{"type": "GeometryCollection", "geometries": []}', "There is no geometry"),
        (b'{"type": "MultiPolygon", "coordinates": []}', "The geometry is empty"),
        (b"[" * 100_000, "nested too deeply|broken"),
        (b"<html></html>", "of a kind that is not read"),
        (b"<kml>", "is broken|no geometry"),
        (b"<kml></kml>", "no geometry|of a kind"),
        (
            b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><kml>&b;</kml>',
            "defines entities",
        ),
        (b"POLYGON((0 0", "not complete well-known text"),
    ],
)  # fmt: skip
def test_what_is_no_file_of_areas_is_refused_in_words(content, says):
    with pytest.raises(InputError, match=says):
        read_area(content)


def test_another_kind_of_database_is_no_geopackage():
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE t (x)")
    content = database.serialize()
    database.close()
    with pytest.raises(InputError, match="of a kind that is not read"):
        read_area(content)


def test_large_and_missing_files_are_not_opened(tmp_path, monkeypatch):
    monkeypatch.setattr("ogc_widgets.area.files.MAX_FILE_BYTES", 10)
    path = tmp_path / "big.geojson"
    path.write_bytes(b" " * 11)
    for source in (path, path.read_bytes(), io.BytesIO(path.read_bytes())):
        with pytest.raises(InputError, match="larger than"):
            read_area(source)
    with pytest.raises(InputError, match="cannot be read"):
        read_area(tmp_path / "none.geojson")
    monkeypatch.undo()
    assert files.MAX_FILE_BYTES > 1_000_000


@settings(deadline=None, max_examples=8)
@given(st.binary(max_size=300), st.sampled_from([b"", b"PK\x03\x04", b"<kml>", b"{"]))
def test_any_file_is_an_area_or_refused(content, start):
    try:
        found = read_area(start + content)
    except InputError:
        return
    assert len(found.bbox) == 4


def test_curves_of_a_geopackage_become_lines(tmp_path):
    path = written(tmp_path / "a.gpkg", "GPKG", FEATURES[:1], kind="Unknown")
    circle = struct.pack("<8d", *(11, 45, 12, 46, 11, 47, 10, 46)), (11, 45)
    ring = struct.pack("<BII", 1, 8, 5) + circle[0] + struct.pack("<2d", *circle[1])
    blob = b"GP\x00\x01" + struct.pack("<iBII", 4326, 1, 10, 1) + ring
    with contextlib.closing(sqlite3.connect(path)) as database:
        rows = database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall()
        for (name,) in rows:
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute("UPDATE a SET geom = ?", [blob])
        database.commit()
    found = read_area(path)
    assert found.bbox == pytest.approx([10, 45, 12, 47], abs=0.01)
    assert found.area.shape.area == pytest.approx(np.pi, rel=0.01)


def test_file_that_leads_to_another_one_is_not_followed(tmp_path):
    target = written(tmp_path / "a.geojson", "GeoJSON")
    elsewhere = (
        f'<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>{target}'
        "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
    )
    for content in (elsewhere, f"<kml><!-- {elsewhere} --></kml>"):
        with pytest.raises(InputError, match=r"of a kind that is not read|no geometry"):
            read_area(content.encode(), name="a.vrt")


def test_geopackage_left_in_write_ahead_mode_is_read_with_its_log(tmp_path):
    path = written(tmp_path / "a.gpkg", "GPKG", FEATURES[:1])
    with contextlib.closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
        database.execute("UPDATE gpkg_contents SET identifier = 'changed'")
        database.commit()
        assert read_area(path).bbox == [14, 45, 14.5, 45.4]
    assert read_area(path.read_bytes()).bbox == [14, 45, 14.5, 45.4]


CASES = Path(__file__).resolve().parents[3] / "shared" / "cases" / "map"


@pytest.mark.skipif(
    not CASES.is_dir(), reason="the cases beside the repository are not there"
)
@pytest.mark.parametrize("name", ["one/11-undeclared-prefix.kml", "files/wal.gpkg"])
def test_files_that_were_not_read_before_are_read(name):
    assert read_area(CASES / name).bbox == [10, 45, 11, 46]
    assert read_area((CASES / name).read_bytes(), name="a").bbox == [10, 45, 11, 46]
