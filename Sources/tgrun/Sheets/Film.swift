import TGImage
import TGSession

/// The film of a run: each of its main pictures is a frame, in the order in which they are made.
final class Film {
  /// Where it goes.
  let path: String
  /// How many pictures it was given.
  private(set) var count = 0
  private let framesPerSecond: UInt16
  private let goesBack: Bool
  private var writer: AnimatedPNG?

  /// Takes the options; nil if they ask for no film.
  init?(_ options: SheetOptions) {
    guard let path = options.film else { return nil }
    self.path = path
    framesPerSecond = UInt16(options.fps ?? 12)
    goesBack = options.thereAndBack
  }

  /// Appends a frame.
  ///
  /// - Parameter text: what the film carries; only that of the first frame counts.
  func take(_ picture: Picture, text: @autoclosure () throws -> [(key: String, value: String)])
    throws
  {
    let text = writer == nil ? try text() : []
    do throws(PictureError) {
      if writer == nil {
        writer = try AnimatedPNG(
          path: path, delay: .init(framesPerSecond: framesPerSecond), text: text)
      }
      try writer?.append(picture)
    } catch { throw SessionError.picture(error) }
    count += 1
  }

  /// Plays the frames back, if that is asked for, and makes the file appear.
  func finish() throws {
    do throws(PictureError) {
      if goesBack, count > 2 {
        for index in (1..<count - 1).reversed() { try writer?.appendAgain(index) }
      }
      try writer?.finish()
    } catch { throw SessionError.picture(error) }
  }

  /// True if two films have the same frames, shown as long and as often.
  static func areEqual(_ one: String, _ other: String) throws -> Bool {
    do throws(PictureError) {
      guard var one = try FilmFrames(path: one), var other = try FilmFrames(path: other),
        one.count == other.count, one.plays == other.plays
      else { return false }
      while let frame = try one.next() {
        guard try other.next() == frame, one.delay == other.delay else { return false }
      }
      return true
    } catch { throw SessionError.picture(error) }
  }
}
