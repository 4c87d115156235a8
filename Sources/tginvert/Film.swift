import TGCommandLine
import TGImage
import TGInversion
import TGPlan
import TGSession
import TGTensor

/// The course of an inversion as a film: what was found after some rounds, beside the picture wanted.
struct Film {
  /// The most frames, where their distance is stated.
  static let maximumFrames = 1000

  /// Where it goes.
  let path: String
  /// The rounds between two frames; nil for the rule of `Moment.next`.
  let interval: Int?
  /// The picture among the results.
  private let picture: InterfaceItem

  /// What the options ask for; nil without `--film`.
  ///
  /// - Throws: `Failure` of status `usage`.
  init?(
    _ options: InvertOptions, of objective: PlanObjective, in plan: Plan, rounds: Int,
    subjects: Int
  ) throws {
    guard let path = options.film else {
      guard options.filmEvery == nil else {
        throw Failure(.usage, "--film-every goes with --film", hint: "say --film FILE.png too")
      }
      return nil
    }
    guard subjects <= 1, options.shard == nil else {
      throw Failure(
        .usage, "--film names one film, and \(subjects) pictures are to be inverted",
        hint: "invert the one that the film is to be of")
    }
    guard Path.suffix(path) == "png", !Path.isFolder(path), !Path.isSpecial(path) else {
      throw Failure(
        .usage, "--film \(path): films are animated PNGs, and need a name",
        hint: "say --film \(Path.quoted(freePath(like: "film.png")))")
    }
    let results = try FunctionVariants(of: plan, named: objective.finish)
    guard let picture = results.mainPicture else {
      throw Failure(
        .usage, "the objective '\(objective.name)' gives no picture, so there is nothing to film",
        hint: "leave out --film")
    }
    if let interval = options.filmEvery {
      guard interval >= 1 else {
        throw Failure(.usage, "--film-every \(interval) is not a number of rounds")
      }
      guard rounds / interval <= Self.maximumFrames else {
        throw Failure(
          .usage, "--film-every \(interval) makes more than \(Self.maximumFrames) frames",
          hint: "say --film-every \((rounds - 1) / Self.maximumFrames + 1)")
      }
    }
    self.path = path
    interval = options.filmEvery
    self.picture = picture
  }

  /// Keeps the present moment of each item that is due: a round at its distance, or the last one, if
  /// anything has changed since the moment before.
  func record(_ run: ObjectiveRun, in moments: inout [[Moment]]) throws {
    for row in run.items.indices {
      guard let last = moments[row].last else {
        if let first = try run.moment(of: row) { moments[row] = [first] }
        continue
      }
      let item = run.items[row]
      let round = item.records.reduce(0) { $0 + $1.losses.count }
      guard round > last.round, round >= last.next(every: interval) || !item.isActive || run.isDone
      else { continue }
      try keep(row, of: run, in: &moments[row])
    }
  }

  /// Keeps the present moment of an item, unless nothing has changed.
  func keep(_ row: Int, of run: ObjectiveRun, in moments: inout [Moment]) throws {
    guard let moment = try run.moment(of: row), moment.tensors != moments.last?.tensors else {
      return
    }
    moments.append(moment)
  }

  /// Writes the film of moments of the first item of a run, which must not go on.
  ///
  /// - Parameters:
  ///   - before: the picture wanted; nil if there is none.
  ///   - text: what stays beside the pictures.
  func write(
    _ moments: [Moment], of run: ObjectiveRun, beside before: Picture?,
    text: [(key: String, value: String)]
  ) throws {
    do {
      let film = try AnimatedPNG(
        path: path, delay: AnimatedPNG.Delay(framesPerSecond: 12), text: text)
      for index in moments.indices {
        let isLast = index == moments.count - 1
        let drawn = try run.drawn(picture.name, of: moments[index...index])
        guard let after = drawn.first.flatMap(picture.picture) else { continue }
        let frame = before.flatMap { Picture.grid([$0, after], columns: 2) } ?? after
        try film.append(frame, for: isLast ? AnimatedPNG.Delay(2, per: 1) : nil)
      }
      try film.finish()
    } catch let error as PictureError {
      throw SessionError.picture(error)
    }
  }
}
