namespace Vitrine.Pprof.Storage;

/// <summary>A function row: string numbers and its first line.</summary>
internal record struct FunctionEntry(int Name, int SystemName, int FileName, long StartLine);
