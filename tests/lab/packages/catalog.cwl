cwlVersion: v1.2
class: CommandLineTool
id: catalog
label: Catalogue
requirements:
  InitialWorkDirRequirement:
    listing:
    - entryname: write.sh
      entry: |
        mkdir -p out/a 'out/b b' plain
        printf 'II*\000twelve bytes' > out/a/mask.tif
        echo '{"type": "Catalog", "stac_version": "1.0.0", "id": "c", "description": "c", "links": [{"rel": "item", "href": "./a/a.json"}, {"rel": "item", "href": "b%20b/b.json"}, {"rel": "item", "href": "../../../../../../etc/passwd"}]}' > out/catalog.json
        echo '{"type": "Feature", "stac_version": "1.0.0", "id": "a", "geometry": null, "properties": {"datetime": null}, "links": [{"rel": "root", "href": "../catalog.json"}, {"rel": "via", "href": "https://example.org/"}], "assets": {"mask": {"href": "./mask.tif", "type": "image/tiff"}, "far": {"href": "https://example.org/x.tif"}, "outside": {"href": "/etc/hostname"}}}' > out/a/a.json
        echo '{"type": "Feature", "stac_version": "1.0.0", "id": "b", "geometry": null, "properties": {}, "links": [], "assets": {}}' > 'out/b b/b.json'
        echo hello > plain/hello.txt
baseCommand: [sh, write.sh]
inputs: {}
outputs:
  stac_catalog: {type: Directory, outputBinding: {glob: out}}
  plain: {type: Directory, outputBinding: {glob: plain}}
  mask: {type: File, outputBinding: {glob: out/a/mask.tif}}
