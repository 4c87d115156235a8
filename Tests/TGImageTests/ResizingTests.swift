import Foundation
import TGTensor
import Testing

import TGImage

@Suite struct ResizingTests {
  struct Golden: Decodable {
    var luma: String
    var cases: [Case]

    struct Case: Decodable {
      var filter: String
      var height: Int
      var width: Int
      var grey: Bool
      var crop: Int?
      var turned: Bool?
      var sha256: String
    }
  }

  struct Interpolated: Decodable {
    var filter: String
    var height: Int
    var width: Int
    var positions: [Int]
    var values: [Double]
    var single: [Double]
  }

  @Test func bytesEqualPillow() throws {
    let folder = Fixtures.root.appending(path: "png")
    let golden = try JSONDecoder().decode(
      Golden.self, from: Data(contentsOf: folder.appending(path: "resize.json")))
    let colour = try Picture.read(path: folder.appending(path: "source.png").path)
    let grey = try Picture.read(path: folder.appending(path: "source-grey.png").path)
    #expect(sha256(colour.converted(channels: 1).samples.map { UInt8($0) }) == golden.luma)
    #expect(golden.cases.count > 100)
    for known in golden.cases {
      let filter = try #require(PictureFilter(known.filter))
      let source = known.turned == true ? turned(colour) : known.grey ? grey : colour
      let fit = known.crop.map { PictureFit.crop(shorterSide: $0) } ?? .stretch
      let result = try #require(
        source.fitted(height: known.height, width: known.width, fit: fit, by: filter))
      #expect(
        sha256(result.samples.map { UInt8($0) }) == known.sha256,
        "\(known.filter) \(known.height)x\(known.width) \(fit)")
    }
  }

  @Test func valuesEqualPyTorch() throws {
    let folder = Fixtures.root.appending(path: "png")
    let cases = try JSONDecoder().decode(
      [Interpolated].self, from: Data(contentsOf: folder.appending(path: "interpolate.json")))
    let source = try Picture.read(path: folder.appending(path: "source.png").path)
    #expect(cases.count >= 36)
    var worst = (0.0, 0.0)
    for known in cases {
      let filter = try #require(PictureFilter(known.filter))
      let result = try #require(
        source.tensor(
          PictureForm(
            channels: 3, height: known.height, width: known.width, fit: .stretch, filter: filter,
            low: -1, high: 1)))
      for (index, position) in known.positions.enumerated() {
        worst.0 = max(worst.0, abs(Double(result[position]) - known.values[index]))
        worst.1 = max(worst.1, abs(Double(result[position]) - known.single[index]))
      }
    }
    print("largest difference: \(worst.0) from float64, \(worst.1) from float32")
    #expect(worst.0 < 1e-6 && worst.1 < 1e-5)
  }

  @Test func partsEqualTheWhole() throws {
    let source = try Picture.read(path: Fixtures.root.appending(path: "png/source.png").path)
    for convention in ResampleTable.Convention.allCases {
      let whole = try #require(source.resized(height: 50, width: 31, by: convention))
      let part = try #require(
        source.resized(height: 50, width: 31, by: convention, rows: 3..<20, columns: 7..<31))
      #expect(part == whole.cropped(rows: 3..<20, columns: 7..<31), "\(convention)")
    }
  }

  @Test func depthIsKept() throws {
    var samples: [UInt16] = []
    for index in 0..<64 { samples.append(UInt16(index * 1040)) }
    let fine = Picture(height: 8, width: 8, channels: 1, depth: 16, samples: samples)
    let filter = try #require(PictureFilter("bicubic"))
    let result = try #require(fine.fitted(height: 16, width: 16, fit: .stretch, by: filter))
    #expect(result.depth == 16)
    #expect(Set(result.samples.map { $0 & 255 }).count > 50)
    let tensor = fine.tensor(low: -1, high: 1)
    #expect(Picture(tensor: tensor, low: -1, high: 1, depth: 16) == fine)
  }

  @Test(arguments: [
    (37, 53, "crop"), (53, 37, "crop"), (10, 300, "crop"), (300, 10, "pad"), (10, 300, "pad"),
    (1, 16_384, "crop"), (16_384, 1, "crop"), (16_384, 1, "pad"), (64, 64, "crop 76"),
    (64, 64, "crop 20"), (20, 90, "stretch"),
  ])
  func anyShapeFits(height: Int, width: Int, text: String) throws {
    let fit = try #require(PictureFit(text))
    let picture = Picture(height: height, width: width, colour: [200, 100, 0])
    for name in PictureFilter.names {
      let filter = try #require(PictureFilter(name), "\(name)")
      let result = try #require(picture.fitted(height: 32, width: 48, fit: fit, by: filter))
      #expect(result.height == 32 && result.width == 48 && result.channels == 3)
      let middle = (0..<3).map { Int(result[16, 24, $0]) }
      #expect(middle == [200, 100, 0] || fit == .pad, "\(name) \(middle)")
      if fit == .pad { #expect(result[0, 0, 2] == 255 || result[0, 0, 2] == 0) }
    }
  }

  @Test func valuesAreTheSamplesUnrounded() throws {
    let source = try Picture.read(path: Fixtures.root.appending(path: "png/source.png").path)
    for name in PictureFilter.names {
      let filter = try #require(PictureFilter(name))
      for fit in [PictureFit.stretch, .pad, .crop(shorterSide: nil), .crop(shorterSide: 48)] {
        for (height, width) in [(40, 40), (20, 60), (37, 53), (12, 90)] {
          let picture = try #require(
            source.fitted(height: height, width: width, fit: fit, by: filter))
          let values = try #require(
            source.tensor(
              PictureForm(
                channels: 3, height: height, width: width, fit: fit, filter: filter, low: 0,
                high: 255)))
          let exact = picture.tensor(low: 0, high: 255)
          #expect(values.shape == exact.shape)
          let worst = zip(values.elements, exact.elements).map {
            abs(min(max($0, 0), 255) - $1)
          }.max()
          #expect(try #require(worst) <= 0.5001, "\(name) \(fit) \(height)x\(width)")
        }
      }
    }
  }

  @Test func namesAreRead() {
    for (text, fit) in [
      ("crop", PictureFit.crop(shorterSide: nil)), ("crop 136", .crop(shorterSide: 136)),
      ("stretch", .stretch), ("pad", .pad),
    ] { #expect(PictureFit(text) == fit) }
    for text in ["", "crop x", "crop 0", "crop -1", "crop 99999", "pad 3", "fill"] {
      #expect(PictureFit(text) == nil)
    }
    for text in ["", "bicubik", "torch-lanczos", "torch-pillow-box", "torch-"] {
      #expect(PictureFilter(text) == nil)
    }
    #expect(PictureFilter("bilinear")?.convention == .pillowBilinear)
    #expect(PictureFilter("torch-bilinear")?.convention == .torchBilinear)
  }

  @Test func rangesRound() throws {
    let values = HostTensor([1, 1, 1, 8], [-2, -1, -0.999, 0, 0.5, 1, 3, .nan])
    let nearest = try #require(Picture(tensor: values, low: -1, high: 1))
    #expect(nearest.samples == [0, 0, 0, 128, 191, 255, 255, 0])
    for shape in [[2, 3, 4, 4], [4, 4], [2, 4, 4], [1, 4, 4, 3]] {
      let tensor = HostTensor(Shape(shape), repeating: 0)
      #expect(Picture(tensor: tensor, low: 0, high: 1) == nil)
    }
    let bytes = Picture(height: 1, width: 256, channels: 1, samples: (0..<256).map { $0 })
    for (low, high) in [(-1, 1), (0, 1), (0, 255), (1, -1)] as [(Float, Float)] {
      let tensor = bytes.tensor(low: low, high: high)
      #expect(tensor[0] == low && tensor[255] == high)
      #expect(Picture(tensor: tensor, low: low, high: high) == bytes)
    }
  }

  private func turned(_ picture: Picture) -> Picture {
    var result = Picture(height: picture.width, width: picture.height, colour: [0, 0, 0])
    for y in 0..<picture.height {
      for x in 0..<picture.width {
        for c in 0..<3 { result[x, y, c] = picture[y, x, c] }
      }
    }
    return result
  }
}
