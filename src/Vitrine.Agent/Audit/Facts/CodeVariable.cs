namespace Vitrine.Agent.Audit.Facts;

/// <summary>A variable that makes a process load code which its program does not name.</summary>
/// <param name="Name">The variable.</param>
/// <param name="What">What loads the code.</param>
/// <param name="Paths">The files or folders that it names.</param>
sealed record CodeVariable(string Name, string What, IReadOnlyList<string> Paths);
