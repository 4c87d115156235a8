import Foundation
import TGTensor
import Testing

import TGImage

/// Pictures that are brought to their size while they are read.
@Suite struct StreamingTests {
  private static let sources = ["source.png", "source-grey.png"]

  /// Reading and fitting at once gives the numbers of reading first and fitting then, whatever the
  /// filter, the fit and the channels.
  @Test func readingAndFittingAtOnceChangesNoBit() throws {
    for name in Self.sources {
      let path = Fixtures.root.appending(path: "png/\(name)").path
      let picture = try Picture.read(path: path)
      for filter in try PictureFilter.names.map({ try #require(PictureFilter($0)) }) {
        for fit in [PictureFit.stretch, .pad, .crop(shorterSide: nil), .crop(shorterSide: 48)] {
          for (channels, height, width) in [(3, 40, 40), (1, 12, 90), (3, picture.height, 20)] {
            let form = PictureForm(
              channels: channels, height: height, width: width, fit: fit, filter: filter, low: -1,
              high: 1)
            var warnings: [String] = []
            let read = try Picture.readTensor(path: path, warnings: &warnings) { tall, wide in
              #expect(tall == picture.height && wide == picture.width)
              return form
            }
            #expect(read == picture.tensor(form), "\(name) \(filter) \(fit) \(height)x\(width)")
          }
        }
      }
    }
  }

  /// Every sound PNG of the suite, interlaced ones too, has the same pixels by rows and as a whole.
  @Test func everyKindOfPNGComesByRows() throws {
    let folder = Fixtures.root.appending(path: "png")
    let nearest = try #require(PictureFilter("nearest"))
    var interlaced = 0
    for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
    where path.hasSuffix(".png") {
      let full = folder.appending(path: path).path
      guard let picture = try? Picture.read(path: full) else { continue }
      if try Data(contentsOf: URL(filePath: full))[28] == 1 { interlaced += 1 }
      var warnings: [String] = []
      let read = try Picture.readTensor(path: full, warnings: &warnings) { height, width in
        PictureForm(
          channels: picture.channels, height: height, width: width, fit: .stretch, filter: nearest,
          low: 0, high: 1)
      }
      #expect(read == picture.tensor(low: 0, high: 1), "\(path)")
    }
    #expect(interlaced > 10)
  }

  /// Tables whose windows do not begin in order (mirrored borders) and that enlarge.
  @Test func rowsAreSummedAsColumnsAre() throws {
    var random = SystemRandomNumberGenerator()
    for convention in ResampleTable.Convention.allCases {
      for (inputs, outputs) in [(7, 3), (3, 7), (1, 5), (9, 9), (40, 1), (5, 64), (31, 30)] {
        let table = try #require(
          ResampleTable(convention: convention, inputSize: inputs, outputSize: outputs))
        let same = try #require(
          ResampleTable(convention: .torchNearest, inputSize: 2, outputSize: 2))
        let values = (0..<inputs * 2).map { _ in Float.random(in: -1...1, using: &random) }
        let rows = HostTensor([inputs, 2], values).resampled(table, same)
        let columns = HostTensor([inputs, 2], values).transposed([1, 0]).resampled(same, table)
        #expect(rows.transposed([1, 0]) == columns, "\(convention) \(inputs) to \(outputs)")
        for output in 0..<outputs {
          for column in 0..<2 {
            var sum = 0.0
            for tap in 0..<table.taps {
              let index = (table.starts[output] + tap) * 2 + column
              sum += table.weights[output * table.taps + tap] * Double(values[index])
            }
            #expect(rows[output * 2 + column] == Float(sum))
          }
        }
      }
    }
  }
}
