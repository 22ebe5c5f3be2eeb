namespace Vitrine.Pprof.Storage;

/// <summary>
/// Everything of a profile that comes in numbers: one column per field instead of one object per sample. A stack and a label set are stored once however
/// many samples share them. Finished tables are never changed, so operations that keep a table share it.
/// </summary>
internal sealed record ProfileTables
{
    public required StringStore Strings { get; init; }
    public required RowStore<MappingEntry> Mappings { get; init; }
    public required RowStore<FunctionEntry> Functions { get; init; }
    public required RowStore<LocationEntry> Locations { get; init; }
    public required RowStore<Line> Lines { get; init; }
    /// <summary>Unique stacks as location numbers, leaf first.</summary>
    public required SequenceStore<int> Stacks { get; init; }
    /// <summary>Unique labels.</summary>
    public required RowStore<LabelEntry> Labels { get; init; }
    /// <summary>Unique label sets as label numbers in canonical order; number 0 is the empty set.</summary>
    public required SequenceStore<int> LabelSets { get; init; }
    public required RowStore<int> SampleStacks { get; init; }
    public required RowStore<int> SampleLabelSets { get; init; }
    /// <summary>One row per sample, one column per sample type.</summary>
    public required RowStore<long> SampleValues { get; init; }
}
