using System.Runtime.InteropServices;
using Vitrine.Pprof.Storage;

namespace Vitrine.Pprof;

/// <summary>
/// Builds a profile: functions, locations, mappings, stacks, label sets and strings that are equal get the same index, so a producer need not remember what it has
/// already added. Samples are appended as they come; <see cref="Merge.Of(IReadOnlyList{Profile})"/> sums equal ones. Not safe for several threads; use once.
/// </summary>
public sealed class ProfileBuilder
{
    readonly SampleType[] _sampleTypes;
    readonly StringInterner _strings = new();
    readonly SequenceInterner<int> _stacks = new(new SequenceStore<int>());
    readonly LabelInterner _labels = new();
    readonly RowInterner<MappingEntry> _mappings = new();
    readonly RowInterner<FunctionEntry> _functions = new();
    readonly Dictionary<LocationKey, int> _locationIndex = [];
    readonly SequenceInterner<Line> _lineLists = new(new SequenceStore<Line>(16));
    readonly RowStore<LocationEntry> _locations = new();
    readonly RowStore<Line> _lines = new();
    readonly RowStore<int> _sampleStacks = new();
    readonly RowStore<int> _sampleLabelSets = new();
    readonly RowStore<long> _sampleValues;
    bool _built;

    readonly record struct LocationKey(ulong Address, int Mapping, int LineList, bool IsFolded);

    /// <param name="sampleTypes">What each value of a sample means.</param>
    public ProfileBuilder(params IEnumerable<SampleType> sampleTypes)
    {
        _sampleTypes = [.. sampleTypes];
        _sampleValues = new RowStore<long>(_sampleTypes.Length);
    }

    /// <summary>The type a viewer should show first; empty = the last one.</summary>
    public string DefaultSampleType { get; set; } = "";

    /// <summary>What <see cref="Period"/> counts.</summary>
    public SampleType? PeriodType { get; set; }

    /// <summary>Events between two samples.</summary>
    public long Period { get; set; }

    /// <summary>When the profile was taken, nanoseconds since 1970-01-01 UTC.</summary>
    public long TimeNanos { get; set; }

    /// <summary>How long it was collected for, in nanoseconds.</summary>
    public long DurationNanos { get; set; }

    /// <summary>Regular expression of frames that viewers leave out.</summary>
    public string DropFrames { get; set; } = "";

    /// <summary>Regular expression of frames that are kept although <see cref="DropFrames"/> matches.</summary>
    public string KeepFrames { get; set; } = "";

    /// <summary>Where the reader finds documentation of the profile.</summary>
    public string DocUrl { get; set; } = "";

    /// <summary>Free text lines.</summary>
    public IList<string> Comments { get; } = [];

    /// <summary>How many samples were added so far.</summary>
    public int SampleCount => _sampleStacks.Count;

    /// <summary>The index of a mapping; equal mappings get the same one. The first one added is the main binary.</summary>
    public int Mapping(ulong start, ulong limit, ulong offset = 0, string file = "", string buildId = "", MappingSymbols symbols = MappingSymbols.None)
    {
        if (start > limit)
            throw new ArgumentException($"A mapping cannot start at 0x{start:x} and end before it, at 0x{limit:x}.");
        return _mappings.Intern(new MappingEntry(start, limit, offset, _strings.Intern(file), _strings.Intern(buildId), symbols));
    }

    /// <summary>The index of a function; equal functions get the same one.</summary>
    public int Function(string name, string systemName = "", string file = "", long startLine = 0) =>
        _functions.Intern(new FunctionEntry(_strings.Intern(name), _strings.Intern(systemName), _strings.Intern(file), startLine));

    /// <summary>The index of a location; equal locations get the same one.</summary>
    /// <param name="mapping">Index from <see cref="Mapping"/>, or −1.</param>
    /// <param name="address">Instruction address, or 0.</param>
    /// <param name="lines">Source lines, innermost (inlined) call first; empty = not symbolised.</param>
    /// <param name="isFolded">True when identical code was folded by the linker.</param>
    public int Location(int mapping, ulong address, ReadOnlySpan<Line> lines, bool isFolded = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(mapping, -1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(mapping, _mappings.Rows.Count);
        foreach (var line in lines)
            if ((uint)line.Function >= (uint)_functions.Rows.Count)
                throw new ArgumentOutOfRangeException(nameof(lines), line.Function, "A line names a function that this builder did not give out.");
        ref var index = ref CollectionsMarshal.GetValueRefOrAddDefault(_locationIndex, new(address, mapping, _lineLists.Intern(lines), isFolded), out var known);
        if (known)
            return index;
        index = _locations.Count;
        _locations.Add(new LocationEntry(address, mapping, _lines.Count, lines.Length, isFolded));
        foreach (var line in lines)
            _lines.Add(line);
        return index;
    }

    /// <summary>Appends a sample.</summary>
    /// <param name="locations">Indexes from <see cref="Location"/>, leaf first.</param>
    /// <param name="values">One value per sample type.</param>
    /// <param name="labels">Labels in any order. A numeric label that is 0 and has no unit cannot be represented by the format and is left out, as pprof does.</param>
    public void AddSample(ReadOnlySpan<int> locations, ReadOnlySpan<long> values, ReadOnlySpan<Label> labels = default)
    {
        ObjectDisposedException.ThrowIf(_built, this);
        if (values.Length != _sampleTypes.Length)
            throw new ArgumentException($"The sample has {values.Length} values, the profile has {_sampleTypes.Length} sample types.", nameof(values));
        foreach (var location in locations)
            if ((uint)location >= (uint)_locations.Count)
                throw new ArgumentOutOfRangeException(nameof(locations), location, "The stack names a location that this builder did not give out.");
        _sampleStacks.Add(_stacks.Intern(locations));
        _sampleValues.Add(values);
        _sampleLabelSets.Add(labels.IsEmpty ? 0 : LabelSetIndex(labels));
    }

    int LabelSetIndex(ReadOnlySpan<Label> labels)
    {
        var entries = labels.Length <= 32 ? stackalloc LabelEntry[labels.Length] : new LabelEntry[labels.Length];
        for (var i = 0; i < labels.Length; i++)
        {
            var label = labels[i];
            entries[i] = string.IsNullOrEmpty(label.Text)
                ? new LabelEntry(_strings.Intern(label.Key), 0, _strings.Intern(label.Unit), label.Number)
                : new LabelEntry(_strings.Intern(label.Key), _strings.Intern(label.Text), 0, 0);
        }
        return _labels.Set(entries, _strings.Strings);
    }

    /// <summary>The finished profile. The builder cannot be used afterwards.</summary>
    public Profile Build()
    {
        ObjectDisposedException.ThrowIf(_built, this);
        _built = true;
        var header = new ProfileHeader
        {
            SampleTypes = _sampleTypes,
            DefaultSampleType = DefaultSampleType,
            PeriodType = PeriodType,
            Period = Period,
            TimeNanos = TimeNanos,
            DurationNanos = DurationNanos,
            DropFrames = DropFrames,
            KeepFrames = KeepFrames,
            DocUrl = DocUrl,
            Comments = [.. Comments],
        };
        return new Profile(header, new ProfileTables
        {
            Strings = _strings.Strings,
            Mappings = _mappings.Rows,
            Functions = _functions.Rows,
            Locations = _locations,
            Lines = _lines,
            Stacks = _stacks.Store,
            Labels = _labels.Labels,
            LabelSets = _labels.Sets,
            SampleStacks = _sampleStacks,
            SampleLabelSets = _sampleLabelSets,
            SampleValues = _sampleValues,
        });
    }
}
