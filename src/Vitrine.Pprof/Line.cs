using System.Runtime.InteropServices;

namespace Vitrine.Pprof;

/// <summary>One source line of a location. A location has several when the compiler inlined calls; the innermost (inlined) one comes first.</summary>
/// <param name="Function">Index into <see cref="Profile.Functions"/>. A line without a function is not valid pprof.</param>
/// <param name="LineNumber">1-based line in the function's file; 0 = not known.</param>
/// <param name="Column">1-based column; 0 = not known.</param>
// Packed: the library compares lists of lines as bytes, and padding could differ.
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public readonly record struct Line(int Function, long LineNumber, long Column = 0);
