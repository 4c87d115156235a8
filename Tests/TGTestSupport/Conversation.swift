import Foundation

/// A command that runs, with real pipes for what it reads and writes.
public final class Conversation {
  private let process: Process
  private let input = Pipe()
  private let output = Pipe()
  private let messages: URL
  private var unread = Data()

  init(_ process: Process) throws {
    self.process = process
    messages = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    _ = FileManager.default.createFile(atPath: messages.path, contents: nil)
    process.standardInput = input
    process.standardOutput = output
    process.standardError = try FileHandle(forWritingTo: messages)
    try process.run()
  }

  deinit {
    if process.isRunning { process.terminate() }
    try? FileManager.default.removeItem(at: messages)
  }

  /// The number of the process.
  public var number: Int32 { process.processIdentifier }

  /// True until it ends.
  public var isRunning: Bool { process.isRunning }

  /// Writes a line to it.
  public func say(_ line: String) throws {
    try input.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8))
  }

  /// Waits for a line that it writes; nil if it ends before.
  public func answer() throws -> String? {
    while true {
      if let end = unread.firstIndex(of: 0x0A) {
        defer { unread = Data(unread[(end + 1)...]) }
        return String(decoding: unread[..<end], as: UTF8.self)
      }
      let more = output.fileHandleForReading.availableData
      guard !more.isEmpty else { return nil }
      unread += more
    }
  }

  /// Waits until a condition holds, or it has ended.
  public func wait(until isDue: () -> Bool) {
    while process.isRunning, !isDue() { Thread.sleep(forTimeInterval: 0.002) }
  }

  /// Sends a signal.
  public func signal(_ number: Int32) { _ = kill(process.processIdentifier, number) }

  /// Closes its input and waits for its end.
  public func end() throws -> BuiltCommand.Outcome {
    try? input.fileHandleForWriting.close()
    while let more = try output.fileHandleForReading.read(upToCount: 65_536), !more.isEmpty {
      unread += more
    }
    process.waitUntilExit()
    let signal: Int32 = process.terminationReason == .uncaughtSignal ? 128 : 0
    return BuiltCommand.Outcome(
      status: signal + process.terminationStatus, output: unread,
      messages: String(decoding: try Data(contentsOf: messages), as: UTF8.self))
  }
}
