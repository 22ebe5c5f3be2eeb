namespace Vitrine.Pprof.Storage;

/// <summary>
/// Gives equal labels, and equal sets of them, the same number. Two steps, because a profile has few different labels and many combinations of them: a set costs
/// four bytes per label.
/// </summary>
internal sealed class LabelInterner
{
    readonly RowInterner<LabelEntry> _labels = new();
    int[] _numbers = new int[16];

    public LabelInterner() => SetInterner.Intern([]);

    /// <summary>The interner of the sets themselves, for batches.</summary>
    public SequenceInterner<int> SetInterner { get; } = new(new SequenceStore<int>(16));

    public RowStore<LabelEntry> Labels => _labels.Rows;

    public SequenceStore<int> Sets => SetInterner.Store;

    /// <summary>The number of one label.</summary>
    public int Label(in LabelEntry label) => _labels.Intern(label);

    /// <summary>The number of a set of labels that are in canonical order already.</summary>
    public int Set(ReadOnlySpan<int> labels) => labels.IsEmpty ? 0 : SetInterner.Intern(labels);

    /// <summary>The number of a set of labels, which are brought into canonical order first. Labels that the format cannot represent are left out.</summary>
    public int Set(Span<LabelEntry> labels, StringStore strings)
    {
        LabelOrder.Sort(labels, strings);
        if (_numbers.Length < labels.Length)
            _numbers = new int[labels.Length];
        var count = 0;
        foreach (ref var label in labels)
            if (!label.IsAbsent)
                _numbers[count++] = Label(label);
        return Set(_numbers.AsSpan(0, count));
    }
}
