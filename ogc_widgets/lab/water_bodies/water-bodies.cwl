cwlVersion: v1.2
$namespaces:
  s: https://schema.org/
s:softwareVersion: 1.0.0
$graph:
  - class: Workflow
    id: water-bodies
    label: Water bodies
    doc: >-
      Finds open water in satellite images. For each image the area of interest is cut
      out, the normalised difference of two bands (NDWI, from green and near infrared) is
      computed, and Otsu's method finds the value that separates water from land. The
      result is a STAC catalogue with one water mask per image.
    requirements:
      ScatterFeatureRequirement: {}
    inputs:
      aoi:
        label: Area of interest
        doc: >-
          Where to look for water, as a bounding box.
        type: string
      stac_items:
        label: Sentinel-2 STAC items
        doc: >-
          One item for each image, with its bands as cloud-optimised GeoTIFFs.
        type: string[]
      epsg:
        label: EPSG code
        doc: >-
          The coordinate reference system of the area of interest.
        type: string
        default: "EPSG:4326"
      bands:
        label: Bands
        doc: >-
          The two bands of the normalised difference, in this order.
        type: string[]
        default: [green, nir]
    outputs:
      stac_catalog:
        label: Water masks
        doc: >-
          A STAC catalogue with one item per image: the water mask as a cloud-optimised
          GeoTIFF, a preview, the threshold and the share of water.
        type: Directory
        outputSource: node_stac/stac_catalog
    steps:
      node_crop:
        label: Crop
        doc: Cut the area of interest out of each band of each item.
        run: "#crop"
        scatter: [item, band]
        scatterMethod: nested_crossproduct
        in:
          item: stac_items
          aoi: aoi
          epsg: epsg
          band: bands
        out: [cropped]
      node_normalised_difference:
        label: Normalised difference
        doc: Compute (a - b) / (a + b) for each item.
        run: "#normalized_difference"
        scatter: rasters
        in:
          rasters: node_crop/cropped
        out: [difference]
      node_otsu:
        label: Otsu threshold
        doc: Separate water from land for each item.
        run: "#otsu"
        scatter: raster
        in:
          raster: node_normalised_difference/difference
        out: [mask]
      node_stac:
        label: STAC catalogue
        doc: Describe all masks in one STAC catalogue.
        run: "#stac"
        in:
          items: stac_items
          masks: node_otsu/mask
        out: [stac_catalog]

  - class: CommandLineTool
    id: crop
    label: Crop
    doc: Cut an area out of one band of a STAC item.
    requirements:
      ResourceRequirement:
        coresMin: 1
        coresMax: 1
        ramMin: 256
        ramMax: 512
      NetworkAccess:
        networkAccess: true
    baseCommand: [python3, -m, ogc_widgets.lab.water_bodies.crop]
    stderr: crop.log
    inputs:
      item:
        type: string
        inputBinding: {prefix: --item=, separate: false}
      aoi:
        type: string
        inputBinding: {prefix: --aoi=, separate: false}
      epsg:
        type: string
        inputBinding: {prefix: --epsg=, separate: false}
      band:
        type: string
        inputBinding: {prefix: --band=, separate: false}
    outputs:
      cropped:
        type: File
        outputBinding: {glob: "*.tif"}

  - class: CommandLineTool
    id: normalized_difference
    label: Normalised difference
    doc: Compute (a - b) / (a + b) of two rasters.
    requirements:
      ResourceRequirement:
        coresMin: 1
        coresMax: 1
        ramMin: 256
        ramMax: 512
    baseCommand: [python3, -m, ogc_widgets.lab.water_bodies.normalized_difference]
    stderr: normalized-difference.log
    inputs:
      rasters:
        type: File[]
        inputBinding: {position: 1}
    outputs:
      difference:
        type: File
        outputBinding: {glob: "*.tif"}

  - class: CommandLineTool
    id: otsu
    label: Otsu threshold
    doc: Split a raster in two classes by Otsu's method.
    requirements:
      ResourceRequirement:
        coresMin: 1
        coresMax: 1
        ramMin: 256
        ramMax: 512
    baseCommand: [python3, -m, ogc_widgets.lab.water_bodies.otsu]
    stderr: otsu.log
    inputs:
      raster:
        type: File
        inputBinding: {position: 1}
    outputs:
      mask:
        type: File
        outputBinding: {glob: "*.tif"}

  - class: CommandLineTool
    id: stac
    label: STAC catalogue
    doc: Describe water masks in a STAC catalogue.
    requirements:
      ResourceRequirement:
        coresMin: 1
        coresMax: 1
        ramMin: 256
        ramMax: 512
      NetworkAccess:
        networkAccess: true
    baseCommand: [python3, -m, ogc_widgets.lab.water_bodies.stac]
    stderr: stac.log
    inputs:
      items:
        type:
          type: array
          items: string
          inputBinding: {prefix: --item=, separate: false}
      masks:
        type:
          type: array
          items: File
          inputBinding: {prefix: --mask=, separate: false}
    outputs:
      stac_catalog:
        type: Directory
        outputBinding: {glob: stac-catalog}
