import TGCommandLine
import TGDissection
import TGSession
import TGTensor

/// The options, read and checked as far as no file is needed.
struct Request {
  let options: DissectOptions
  /// How levels are chosen.
  let rule: LevelRule
  /// The sample.
  let seeds: [UInt64]
  /// What effects are measured on.
  let effectSeeds: [UInt64]
  /// Sizes of sets of units, growing.
  let sets: [Int]
  /// Where the results go.
  let folder: String

  /// The most pictures of a sample.
  static let mostSamples = 100_000

  /// - Throws: `Failure` of status `usage`.
  init(_ options: DissectOptions) throws(Failure) {
    self.options = options
    guard (options.segmenter == nil) != (options.masks == nil) else {
      throw Failure(
        .usage,
        options.segmenter == nil
          ? "nothing says where parts are" : "--segmenter and --masks are both given",
        hint: "a generator needs --segmenter PARTS.tplan, an encoder --masks DIR")
    }
    rule = try Self.rule(options.top)
    seeds = try Self.seeds(options.seeds, option: "--seeds")
    effectSeeds = try Self.seeds(options.effectSeeds, option: "--effect-seeds")
    sets = try Self.sets(options.sets)
    folder = Outputs.trimmed(options.outdir ?? Path.stem(options.plan) + "-dissected")
    for (value, name, range) in [
      (options.pictures, "--pictures", 0...100), (options.sheets, "--sheets", 0...100),
      (options.patch ?? 1, "--patch", 1...1024),
    ] where !range.contains(value) {
      throw Failure(
        .usage, "\(name) \(value) is not between \(range.lowerBound) and \(range.upperBound)")
    }
    guard options.mask == nil || options.patch == nil else {
      throw Failure(.usage, "--mask and --patch are both given", hint: "say one of them")
    }
  }

  private static func rule(_ text: String) throws(Failure) -> LevelRule {
    if text == "iqr" { return .information }
    guard let share = Double(text), share > 0, share < 1 else {
      throw Failure(
        .usage, "--top \(text) is no share",
        hint:
          "a share lies between 0 and 1, such as 0.005, the half of a hundredth; or say --top iqr")
    }
    return .share(share)
  }

  private static func seeds(_ text: String, option: String) throws(Failure) -> [UInt64] {
    guard let list = SeedList(text), !list.seeds.isEmpty, list.seeds.count <= mostSamples else {
      throw Failure(
        .usage, "\(option) \(text) is no list of seeds",
        hint: "seeds are whole numbers and ranges, such as 0-499,700; at most \(mostSamples)")
    }
    return list.seeds
  }

  private static func sets(_ text: String) throws(Failure) -> [Int] {
    let sizes = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    guard sizes.count <= 64, sizes.allSatisfy({ $0 > 0 }),
      zip(sizes, sizes.dropFirst()).allSatisfy({ $0 < $1 })
    else {
      throw Failure(
        .usage, "--sets \(text) is no list of growing sizes", hint: "say --sets 1,2,4,8,16")
    }
    return sizes
  }
}
