package import TGCheckpoint
package import TGCommandLine
package import TGCompiler
package import TGText

extension CheckpointError: Explained {
  package var exitStatus: ExitStatus { ExitStatus(rawValue: exitCode) ?? .badInput }
  package var message: String { description }
}

extension TextError: Explained {
  package var exitStatus: ExitStatus { ExitStatus(rawValue: exitCode) ?? .badInput }
}

extension CompilationError: Explained {
  package var exitStatus: ExitStatus {
    switch self {
    case .unknownVocabulary, .unaskedVectors, .nothingToCompile, .noFunction: .usage
    case .memory: .memoryBudget
    case .vocabularyTooLarge, .vectorWidth: .badInput
    }
  }

  package var message: String { description }

  package var hint: String? {
    switch self {
    case .nothingToCompile:
      "say --weights [ROOT=]FILE, or --synthetic-weights 1 to try the graph without a checkpoint"
    case .memory(_, let needed, _): "--max-memory \((needed + (1 << 20) - 1) >> 20) or more"
    default: nil
    }
  }
}
