/// When work is long enough that a line about it is due, where no bar is watched.
package struct Pulse {
  private let interval: Duration
  private let start = ContinuousClock.now
  private var last: ContinuousClock.Instant

  /// Begins; the first line is due when the interval has passed.
  ///
  /// - Throws: `Failure` of status `usage` if the environment says no interval.
  package init(_ environment: Environment) throws(Failure) {
    self.init(seconds: try environment.secondsOfProgress())
  }

  /// Begins with an interval.
  package init(seconds: Double) {
    interval = .seconds(seconds)
    last = start
  }

  /// The seconds since the beginning.
  package var seconds: Double { (ContinuousClock.now - start) / .seconds(1) }

  /// True if the work has lasted for an interval, so that its end deserves a line too.
  package var isLong: Bool { ContinuousClock.now - start >= interval }

  /// True once in each interval.
  package mutating func isDue() -> Bool {
    let now = ContinuousClock.now
    guard now - last >= interval else { return false }
    last = now
    return true
  }
}
