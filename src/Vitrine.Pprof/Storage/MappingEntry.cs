namespace Vitrine.Pprof.Storage;

/// <summary>A mapping row: [Start, Limit) of the process's address space, the file offset it shows, and what has been symbolised already.</summary>
internal record struct MappingEntry(ulong Start, ulong Limit, ulong Offset, int File, int BuildId, MappingSymbols Symbols);
