public import Foundation

/// The commands of the package as built, run as a user would.
public struct BuiltCommand: Sendable {
  /// The executable.
  public let path: String

  /// What a command did.
  public struct Outcome: Sendable {
    /// How it ended: its status, or 128 and the signal.
    public let status: Int32
    /// What it wrote to the standard output.
    public let output: Data
    /// What it wrote to the standard error.
    public let messages: String

    /// The standard output as text.
    public var text: String { String(decoding: output, as: UTF8.self) }
  }

  /// A signal that a test sends to a running command, and the moment for it.
  public struct Stop {
    let signal: Int32
    let isDue: () -> Bool
    let delay: Double
    var action: (() -> Void)?

    /// Ctrl-C, some seconds after a condition holds.
    public static func interrupt(
      after delay: Double = 0, once isDue: @escaping () -> Bool = { true }
    ) -> Stop { Stop(signal: SIGINT, isDue: isDue, delay: delay) }

    /// SIGKILL, some seconds after a condition holds.
    public static func kill(
      after delay: Double = 0, once isDue: @escaping () -> Bool = { true }
    ) -> Stop { Stop(signal: SIGKILL, isDue: isDue, delay: delay) }

    /// The end of the terminal, when a condition holds.
    public static func hangUp(once isDue: @escaping () -> Bool = { true }) -> Stop {
      Stop(signal: SIGHUP, isDue: isDue, delay: 0)
    }

    /// Something else that is done to the command while it runs, once a condition holds.
    public static func instead(
      once isDue: @escaping () -> Bool, do action: @escaping () -> Void
    ) -> Stop {
      Stop(signal: 0, isDue: isDue, delay: 0, action: action)
    }

    /// Sends the signal when it is due, unless the command has ended before.
    func send(to process: Process) {
      while process.isRunning, !isDue() { Thread.sleep(forTimeInterval: 0.002) }
      if let action { return action() }
      if process.isRunning { Thread.sleep(forTimeInterval: delay) }
      if process.isRunning { _ = Foundation.kill(process.processIdentifier, signal) }
    }
  }

  /// A program of the system, such as a shell.
  public init(path: String) { self.path = path }

  /// Finds a command in the folder that the tests were built into; nil if it is not there.
  public init?(_ name: String) {
    var folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    for _ in 0..<4 {
      let candidate = folder.appendingPathComponent(name).path
      if FileManager.default.isExecutableFile(atPath: candidate) {
        path = candidate
        return
      }
      folder.deleteLastPathComponent()
    }
    return nil
  }

  /// Runs the command and waits for it.
  ///
  /// - Parameters:
  ///   - arguments: the command line.
  ///   - folder: the current folder of the command.
  ///   - input: what is piped into it.
  ///   - environment: variables besides those of this process.
  ///   - limit: what the shell's `ulimit` shall hold it to, such as `-v 100000`.
  ///   - stop: a signal for it.
  public func run(
    _ arguments: [String], in folder: URL, input: String? = nil,
    environment: [String: String] = [:], limit: String? = nil, stop: Stop? = nil
  ) throws -> Outcome {
    let process = process(arguments, in: folder, environment: environment)
    if let limit {
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments = ["-c", "ulimit \(limit) && exec \"$0\" \"$@\"", path] + arguments
    }
    // Files, not pipes: a pipe that nobody empties would stop the command.
    let name = UUID().uuidString
    let written = [".out", ".err"].map { suffix in
      FileManager.default.temporaryDirectory.appendingPathComponent(name + suffix)
    }
    for file in written { _ = FileManager.default.createFile(atPath: file.path, contents: nil) }
    defer { for file in written { try? FileManager.default.removeItem(at: file) } }
    process.standardOutput = try FileHandle(forWritingTo: written[0])
    process.standardError = try FileHandle(forWritingTo: written[1])
    let pipe = Pipe()
    process.standardInput = pipe
    try process.run()
    if let input { pipe.fileHandleForWriting.write(Data(input.utf8)) }
    try pipe.fileHandleForWriting.close()
    stop?.send(to: process)
    process.waitUntilExit()
    let signal: Int32 = process.terminationReason == .uncaughtSignal ? 128 : 0
    return Outcome(
      status: signal + process.terminationStatus, output: try Data(contentsOf: written[0]),
      messages: String(decoding: try Data(contentsOf: written[1]), as: UTF8.self))
  }

  /// Begins the command, to be spoken with while it runs.
  public func start(
    _ arguments: [String], in folder: URL, environment: [String: String] = [:]
  ) throws -> Conversation {
    try Conversation(process(arguments, in: folder, environment: environment))
  }

  private func process(
    _ arguments: [String], in folder: URL, environment: [String: String]
  ) -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.currentDirectoryURL = folder
    var variables = ProcessInfo.processInfo.environment
    for name in ["TG_ISA", "TG_THREADS", "TG_PROGRESS", "TG_GRAPHS"] { variables[name] = nil }
    process.environment = variables.merging(environment) { $1 }
    return process
  }
}

/// A folder that is there while a test runs.
public final class TemporaryFolder: Sendable {
  /// Where it is.
  public let url: URL

  /// Makes one.
  public init() throws {
    url = FileManager.default.temporaryDirectory
      .appendingPathComponent("tgraph-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// The path of a file in it.
  public func path(_ name: String) -> String { url.appendingPathComponent(name).path }
}
