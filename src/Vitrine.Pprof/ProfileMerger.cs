using Vitrine.Pprof.Storage;

namespace Vitrine.Pprof;

/// <summary>
/// Adds profiles up one at a time, so that a source need not stay in memory once it was added. What counts as equal is what pprof's Merge says
/// (https://github.com/google/pprof/blob/main/profile/merge.go): mappings of the same build id (else file), size and offset, wherever the loader put them; locations at the same
/// place in such a mapping with the same lines; samples of the same stack and the same labels. Samples whose values are all zero are dropped, and
/// nothing that no sample needs is kept. The order of the result follows the order of the sources.
/// </summary>
public sealed class ProfileMerger
{
    const ulong PageSize = 0x1000;

    readonly StringInterner _strings = new();
    readonly Dictionary<MappingKey, int> _mappingIndex = [];
    readonly RowStore<MappingEntry> _mappings = new();
    readonly RowInterner<FunctionEntry> _functions = new();
    readonly Dictionary<LocationKey, int> _locationIndex = [];
    readonly SequenceInterner<Line> _lineLists = new(new SequenceStore<Line>(16));
    readonly RowStore<LocationEntry> _locations = new();
    readonly RowStore<Line> _lines = new();
    readonly SequenceInterner<int> _stacks = new(new SequenceStore<int>());
    readonly LabelInterner _labels = new();
    readonly RowStore<int> _sampleStacks = new();
    readonly RowStore<int> _sampleLabelSets = new();
    readonly PairTable _samples;
    readonly HashSet<string> _seenComments = new(StringComparer.Ordinal);
    readonly List<string> _comments = [];
    RowStore<long> _sampleValues = new(0);
    ProfileHeader? _header;
    bool _built;

    readonly record struct MappingKey(ulong Size, ulong Offset, int BuildIdOrFile);

    readonly record struct LocationKey(ulong Offset, int Mapping, int LineList, bool IsFolded);

    /// <summary>Creates an empty merger.</summary>
    public ProfileMerger() => _samples = new PairTable(_sampleStacks, _sampleLabelSets);

    /// <summary>Adds the samples of a profile.</summary>
    /// <exception cref="IncompatibleProfilesException">The profile has other sample types, or another period type, than the first one.</exception>
    public void Add(Profile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ObjectDisposedException.ThrowIf(_built, this);
        AddHeader(profile);
        new Source(this, profile.Tables).AddSamples();
    }

    /// <summary>The sum of everything that was added. The merger cannot be used afterwards.</summary>
    public Profile Build()
    {
        ObjectDisposedException.ThrowIf(_built, this);
        if (_header is null)
            throw new InvalidOperationException("There is no profile to merge.");
        _built = true;
        var merged = new Profile(_header with { Comments = _comments }, new ProfileTables
        {
            Strings = _strings.Strings,
            Mappings = _mappings,
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
        if (!HasZeroSample())
            return merged;
        // Samples have cancelled each other out. Without them, stacks and functions may be needed by nobody: go over the result once more.
        var again = new ProfileMerger();
        again.Add(merged);
        return again.Build();
    }

    bool HasZeroSample()
    {
        for (var i = 0; i < _sampleStacks.Count; i++)
            if (!_sampleValues.Row(i).ContainsAnyExcept(0L))
                return true;
        return false;
    }

    void AddHeader(Profile profile)
    {
        var next = profile.Header;
        foreach (var comment in next.Comments)
            if (_seenComments.Add(comment))
                _comments.Add(comment);
        if (_header is not { } sum)
        {
            _header = next;
            _sampleValues = new RowStore<long>(next.SampleTypes.Count);
            return;
        }
        Compatibility.Check(sum, next);
        _header = sum with
        {
            TimeNanos = sum.TimeNanos == 0 ? next.TimeNanos : next.TimeNanos == 0 ? sum.TimeNanos : Math.Min(sum.TimeNanos, next.TimeNanos),
            DurationNanos = unchecked(sum.DurationNanos + next.DurationNanos),
            Period = Math.Max(sum.Period, next.Period),
            DefaultSampleType = sum.DefaultSampleType.Length > 0 ? sum.DefaultSampleType : next.DefaultSampleType,
            DocUrl = sum.DocUrl.Length > 0 ? sum.DocUrl : next.DocUrl,
        };
    }

    /// <summary>One source while it is added: from its numbers to those of the result, each found once.</summary>
    sealed class Source
    {
        readonly ProfileMerger _to;
        readonly ProfileTables _from;
        readonly int[] _stringMap, _mappingMap, _functionMap, _locationMap, _stackMap, _labelMap, _labelSetMap;
        int[] _stack = new int[128];
        Line[] _lineList = new Line[16];
        int[] _set = new int[16];

        public Source(ProfileMerger to, ProfileTables from)
        {
            _to = to;
            _from = from;
            _stringMap = Unmapped(from.Strings.Count);
            _mappingMap = Unmapped(from.Mappings.Count);
            _functionMap = Unmapped(from.Functions.Count);
            _locationMap = Unmapped(from.Locations.Count);
            _stackMap = Unmapped(from.Stacks.Count);
            _labelMap = Unmapped(from.Labels.Count);
            _labelSetMap = Unmapped(from.LabelSets.Count);
        }

        static int[] Unmapped(int count)
        {
            var map = GC.AllocateUninitializedArray<int>(count);
            map.AsSpan().Fill(-1);
            return map;
        }

        public void AddSamples()
        {
            // The first mapping stands for the main binary, also when no sample lies in it.
            if (_to._mappings.Count == 0 && _from.Mappings.Count > 0)
                MapMapping(0);
            for (var i = 0; i < _from.SampleStacks.Count; i++)
            {
                var values = _from.SampleValues.Row(i);
                if (!values.ContainsAnyExcept(0L))
                    continue;
                var stack = MapStack(_from.SampleStacks[i]);
                var labels = MapLabelSet(_from.SampleLabelSets[i]);
                var sample = _to._samples.Find(stack, labels, out var isNew);
                if (isNew)
                {
                    _to._sampleStacks.Add(stack);
                    _to._sampleLabelSets.Add(labels);
                    _to._sampleValues.Add(values);
                    continue;
                }
                var sums = _to._sampleValues.Row(sample);
                for (var v = 0; v < sums.Length; v++)
                    sums[v] = unchecked(sums[v] + values[v]);
            }
        }

        int MapStack(int index)
        {
            if (_stackMap[index] is >= 0 and var known)
                return known;
            var from = _from.Stacks[index];
            if (_stack.Length < from.Length)
                _stack = new int[from.Length];
            for (var i = 0; i < from.Length; i++)
                _stack[i] = MapLocation(from[i]);
            return _stackMap[index] = _to._stacks.Intern(_stack.AsSpan(0, from.Length));
        }

        int MapLabelSet(int index)
        {
            if (_labelSetMap[index] is >= 0 and var known)
                return known;
            var from = _from.LabelSets[index];
            if (_set.Length < from.Length)
                _set = new int[from.Length];
            for (var i = 0; i < from.Length; i++)
                _set[i] = MapLabel(from[i]);
            return _labelSetMap[index] = _to._labels.Set(_set.AsSpan(0, from.Length));
        }

        int MapLabel(int index)
        {
            if (_labelMap[index] is >= 0 and var known)
                return known;
            ref var label = ref _from.Labels[index];
            return _labelMap[index] = _to._labels.Label(new LabelEntry(MapString(label.Key), MapString(label.Text), MapString(label.Unit), label.Number));
        }

        int MapLocation(int index)
        {
            if (_locationMap[index] is >= 0 and var known)
                return known;
            ref var from = ref _from.Locations[index];
            var mapping = -1;
            ulong start = 0, offset = from.Address;
            if (from.Mapping >= 0)
            {
                mapping = MapMapping(from.Mapping);
                start = _to._mappings[mapping].Start;
                offset = unchecked(from.Address - _from.Mappings[from.Mapping].Start);
            }
            if (_lineList.Length < from.LineCount)
                _lineList = new Line[from.LineCount];
            for (var i = 0; i < from.LineCount; i++)
            {
                ref var line = ref _from.Lines[from.FirstLine + i];
                _lineList[i] = new Line(MapFunction(line.Function), line.LineNumber, line.Column);
            }
            var lines = _lineList.AsSpan(0, from.LineCount);
            var key = new LocationKey(offset, mapping, _to._lineLists.Intern(lines), from.IsFolded);
            if (!_to._locationIndex.TryGetValue(key, out var location))
            {
                location = _to._locations.Count;
                _to._locations.Add(new LocationEntry(unchecked(start + offset), mapping, _to._lines.Count, from.LineCount, from.IsFolded));
                foreach (var line in lines)
                    _to._lines.Add(line);
                _to._locationIndex.Add(key, location);
            }
            return _locationMap[index] = location;
        }

        int MapFunction(int index)
        {
            if (_functionMap[index] is >= 0 and var known)
                return known;
            ref var from = ref _from.Functions[index];
            var function = new FunctionEntry(MapString(from.Name), MapString(from.SystemName), MapString(from.FileName), from.StartLine);
            return _functionMap[index] = _to._functions.Intern(function);
        }

        int MapMapping(int index)
        {
            if (_mappingMap[index] is >= 0 and var known)
                return known;
            ref var source = ref _from.Mappings[index];
            int file = MapString(source.File), buildId = MapString(source.BuildId);
            // Rounded to pages: the limit of the same mapping differs by some bytes between producers. Without build id and file, mappings of one size are taken for one.
            var size = unchecked((source.Limit - source.Start + PageSize - 1) / PageSize);
            var key = new MappingKey(size, source.Offset, buildId != 0 ? buildId : file);
            if (!_to._mappingIndex.TryGetValue(key, out var mapping))
            {
                mapping = _to._mappings.Count;
                _to._mappings.Add(source with { File = file, BuildId = buildId });
                _to._mappingIndex.Add(key, mapping);
            }
            return _mappingMap[index] = mapping;
        }

        int MapString(int index) => _stringMap[index] is >= 0 and var known ? known : _stringMap[index] = _to._strings.Intern(_from.Strings.Bytes(index));
    }
}
