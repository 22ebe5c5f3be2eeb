namespace Vitrine.Pprof.Storage;

/// <summary>A location row: its mapping (−1 = none), address, and where its lines stand in the line table.</summary>
internal record struct LocationEntry(ulong Address, int Mapping, int FirstLine, int LineCount, bool IsFolded);
