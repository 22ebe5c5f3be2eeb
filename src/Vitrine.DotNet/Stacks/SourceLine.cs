namespace Vitrine.DotNet.Stacks;

/// <summary>A line of source, as the compiler wrote it down.</summary>
/// <param name="File">The file's path on the machine that built it.</param>
/// <param name="Line">The line, counted from 1.</param>
readonly record struct SourceLine(string File, int Line);
