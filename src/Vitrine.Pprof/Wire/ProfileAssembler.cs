using System.Runtime.CompilerServices;
using Vitrine.Pprof.Storage;

namespace Vitrine.Pprof.Wire;

/// <summary>
/// Builds a profile from its top-level fields in one pass, in whatever order they come. References are kept as they stand until everything is read
/// (producers write the string table last), then resolved and checked in <see cref="Finish"/>.
/// </summary>
internal sealed class ProfileAssembler
{
    const string Concatenated = "two profiles have been written into one file. Keep them in two files and merge them: vitrine profile merge A B";

    readonly ProfileLimits _limits;
    readonly IdTable _mappingIds = new("mapping");
    readonly IdTable _functionIds = new("function");
    readonly IdTable _locationIds = new("location");
    readonly SequenceStore<byte> _strings = new();
    readonly RowStore<MappingEntry> _mappings = new();
    readonly RowStore<FunctionEntry> _functions = new();
    readonly RowStore<LocationEntry> _locations = new();
    readonly RowStore<Line> _lines = new();
    readonly SequenceInterner<int> _stacks = new(new SequenceStore<int>());
    readonly LabelInterner _labels = new();
    readonly LabelCache _labelCache = new();
    readonly RowStore<int> _sampleStacks = new();
    readonly RowStore<int> _sampleLabelSets = new();
    RowStore<long>? _sampleValues;

    readonly List<(int Type, int Unit)> _sampleTypes = [];
    (int Type, int Unit)? _periodType;
    readonly List<int> _comments = [];
    int _dropFrames, _keepFrames, _defaultSampleType, _docUrl;
    long _timeNanos, _durationNanos, _period;

    readonly InternBatch<int> _stackBatch;
    readonly InternBatch<int> _labelSetBatch;
    long[] _values = new long[8];
    long _consumed;

    public ProfileAssembler(ProfileLimits limits)
    {
        _limits = limits;
        _stackBatch = new InternBatch<int>(_stacks, _sampleStacks);
        _labelSetBatch = new InternBatch<int>(_labels.SetInterner, _sampleLabelSets);
    }

    /// <summary>
    /// Takes as many complete fields as <paramref name="bytes"/> has and returns how many bytes they took.
    /// </summary>
    /// <param name="bytes">What follows the bytes taken by the calls before.</param>
    /// <param name="isEnd">True when nothing will follow: a field that is cut off is then an error.</param>
    public int Consume(ReadOnlySpan<byte> bytes, bool isEnd)
    {
        var taken = 0;
        var field = 0;
        try
        {
            while (taken < bytes.Length)
            {
                var rest = bytes[taken..];
                // A tag and a length take at most 20 bytes; with fewer at hand the field may go on in bytes that have not arrived.
                if (!isEnd && rest.Length < 20)
                    break;
                var cursor = new WireCursor(rest);
                field = cursor.Tag(out var type);
                if (type == WireType.Length)
                {
                    var length = cursor.Varint();
                    if (length > (ulong)_limits.MaxMessageBytes)
                        throw new WireException($"its {length} bytes exceed the limit of {_limits.MaxMessageBytes} for one field ({nameof(ProfileLimits)}.{nameof(ProfileLimits.MaxMessageBytes)})");
                    if (length > (ulong)(rest.Length - cursor.Position))
                    {
                        if (!isEnd)
                            break;
                        throw new WireException($"it claims {length} bytes, but only {rest.Length - cursor.Position} follow: the profile is cut off");
                    }
                    Message(field, rest.Slice(cursor.Position, (int)length));
                    taken += cursor.Position + (int)length;
                }
                else
                {
                    Number(field, type, ref cursor);
                    taken += cursor.Position;
                }
            }
        }
        catch (WireException malformed)
        {
            throw new ProfileFormatException($"{Name(field)} at byte {_consumed + taken} of the uncompressed profile is malformed: {malformed.Message}.", malformed);
        }
        _consumed += taken;
        CheckMemory();
        return taken;
    }

    /// <summary>Names the message that a field number stands for, with its position among its kind.</summary>
    string Name(int field) => field switch
    {
        0 => "The field",
        1 => $"Sample type {_sampleTypes.Count}",
        2 => $"Sample {_stackBatch.Count}",
        3 => $"Mapping {_mappings.Count}",
        4 => $"Location {_locations.Count}",
        5 => $"Function {_functions.Count}",
        6 => $"String {_strings.Count}",
        11 => "The period type",
        13 => $"Comment {_comments.Count}",
        _ => $"Field {field}",
    };

    void Message(int field, ReadOnlySpan<byte> message)
    {
        switch (field)
        {
            case 1:
                if (_sampleValues is not null)
                    throw new WireException($"it comes after samples: {Concatenated}");
                Limit(_sampleTypes.Count, _limits.MaxSampleTypes, nameof(ProfileLimits.MaxSampleTypes));
                _sampleTypes.Add(ValueType(message));
                break;
            case 2:
                Sample(message);
                break;
            case 3:
                Mapping(message);
                break;
            case 4:
                Location(message);
                break;
            case 5:
                Function(message);
                break;
            case 6:
                String(message);
                break;
            case 11:
                _periodType = ValueType(message);
                break;
            case 13:
                for (var packed = new WireCursor(message); !packed.AtEnd;)
                    Comment(packed.StringReference(WireType.Varint));
                break;
            case 7 or 8 or 9 or 10 or 12 or 14 or 15:
                throw new WireException("a number has wire type 2 instead of 0");
        }
    }

    void Number(int field, WireType type, ref WireCursor cursor)
    {
        switch (field)
        {
            case 7:
                _dropFrames = cursor.StringReference(type);
                break;
            case 8:
                _keepFrames = cursor.StringReference(type);
                break;
            case 9:
                if (_timeNanos != 0)
                    throw new WireException(Concatenated);
                _timeNanos = (long)cursor.Varint(type);
                break;
            case 10:
                _durationNanos = (long)cursor.Varint(type);
                break;
            case 12:
                _period = (long)cursor.Varint(type);
                break;
            case 13:
                Comment(cursor.StringReference(type));
                break;
            case 14:
                _defaultSampleType = cursor.StringReference(type);
                break;
            case 15:
                _docUrl = cursor.StringReference(type);
                break;
            case >= 1 and <= 6 or 11:
                throw new WireException($"a message has wire type {(int)type} instead of 2");
            default:
                cursor.Skip(type);
                break;
        }
    }

    void Comment(int text)
    {
        Limit(_comments.Count, _limits.MaxStrings, nameof(ProfileLimits.MaxStrings));
        _comments.Add(text);
    }

    static (int Type, int Unit) ValueType(ReadOnlySpan<byte> message)
    {
        int valueType = 0, unit = 0;
        for (var cursor = new WireCursor(message); !cursor.AtEnd;)
        {
            switch (cursor.Tag(out var type))
            {
                case 1:
                    valueType = cursor.StringReference(type);
                    break;
                case 2:
                    unit = cursor.StringReference(type);
                    break;
                default:
                    cursor.Skip(type);
                    break;
            }
        }
        return (valueType, unit);
    }

    void Sample(ReadOnlySpan<byte> message)
    {
        Limit(_stackBatch.Count, _limits.MaxSamples, nameof(ProfileLimits.MaxSamples));
        int depth = 0, valueCount = 0, labelCount = 0;
        for (var cursor = new WireCursor(message); !cursor.AtEnd;)
        {
            switch (cursor.Tag(out var type))
            {
                case 1 when type == WireType.Length:
                    depth = PackedLocations(cursor.Bytes(), depth);
                    break;
                case 1:
                    Limit(depth, _limits.MaxStackDepth, nameof(ProfileLimits.MaxStackDepth));
                    _stackBatch.Room(depth, 1)[0] = _locationIds.Reference(cursor.Varint(type));
                    depth++;
                    break;
                case 2 when type == WireType.Length:
                    for (var packed = new WireCursor(cursor.Bytes()); !packed.AtEnd;)
                        Value((long)packed.Varint(), ref valueCount);
                    break;
                case 2:
                    Value((long)cursor.Varint(type), ref valueCount);
                    break;
                case 3:
                    Limit(labelCount, _limits.MaxLabelsPerSample, nameof(ProfileLimits.MaxLabelsPerSample));
                    if (LabelNumber(cursor.Bytes(type)) is >= 0 and var label)
                        _labelSetBatch.Room(labelCount++, 1)[0] = label;
                    break;
                default:
                    cursor.Skip(type);
                    break;
            }
        }
        _sampleValues ??= FirstSampleValues(valueCount);
        if (valueCount != _sampleValues.Width)
            throw new WireException($"it has {valueCount} values, but the profile has {_sampleValues.Width} sample types");
        _stackBatch.End(depth);
        _labelSetBatch.End(labelCount);
        _sampleValues.Add(_values.AsSpan(0, valueCount));
    }

    /// <summary>Sample types usually come first. Where they do not, the first sample's width is taken and checked at the end.</summary>
    RowStore<long> FirstSampleValues(int valueCount) => new(_sampleTypes.Count > 0 ? _sampleTypes.Count : valueCount);

    int PackedLocations(ReadOnlySpan<byte> packed, int depth)
    {
        // A packed number takes at least one byte, so the payload's size bounds the count; the limit is checked on the count itself.
        depth += PackedVarints.ReadIds(packed, _stackBatch.Room(depth, packed.Length), _locationIds);
        if (depth > _limits.MaxStackDepth)
            throw new WireException($"its stack of {depth} frames exceeds the limit of {_limits.MaxStackDepth} ({nameof(ProfileLimits)}.{nameof(ProfileLimits.MaxStackDepth)})");
        return depth;
    }

    void Value(long value, ref int count)
    {
        Limit(count, _limits.MaxSampleTypes, nameof(ProfileLimits.MaxSampleTypes));
        if (count == _values.Length)
            Array.Resize(ref _values, count * 2);
        _values[count++] = value;
    }

    /// <summary>The number of a label, or −1 when it says nothing. Most labels have been seen before: they are known by their bytes, without being taken apart.</summary>
    int LabelNumber(ReadOnlySpan<byte> message)
    {
        if (_labelCache.TryGet(message, out var number))
            return number;
        var label = Label(message);
        number = label.IsAbsent ? -1 : _labels.Label(label);
        _labelCache.Set(message, number);
        return number;
    }

    static LabelEntry Label(ReadOnlySpan<byte> message)
    {
        int key = 0, text = 0, unit = 0;
        long number = 0;
        for (var cursor = new WireCursor(message); !cursor.AtEnd;)
        {
            switch (cursor.Tag(out var type))
            {
                case 1:
                    key = cursor.StringReference(type);
                    break;
                case 2:
                    text = cursor.StringReference(type);
                    break;
                case 3:
                    number = (long)cursor.Varint(type);
                    break;
                case 4:
                    unit = cursor.StringReference(type);
                    break;
                default:
                    cursor.Skip(type);
                    break;
            }
        }
        return text != 0 ? new LabelEntry(key, text, 0, 0) : new LabelEntry(key, 0, unit, number);
    }

    void Mapping(ReadOnlySpan<byte> message)
    {
        Limit(_mappings.Count, _limits.MaxMappings, nameof(ProfileLimits.MaxMappings));
        var entry = new MappingEntry();
        ulong id = 0;
        for (var cursor = new WireCursor(message); !cursor.AtEnd;)
        {
            var field = cursor.Tag(out var type);
            switch (field)
            {
                case 1:
                    id = cursor.Varint(type);
                    break;
                case 2:
                    entry.Start = cursor.Varint(type);
                    break;
                case 3:
                    entry.Limit = cursor.Varint(type);
                    break;
                case 4:
                    entry.Offset = cursor.Varint(type);
                    break;
                case 5:
                    entry.File = cursor.StringReference(type);
                    break;
                case 6:
                    entry.BuildId = cursor.StringReference(type);
                    break;
                case >= 7 and <= 10:
                    var flag = (MappingSymbols)(1 << (field - 7));
                    entry.Symbols = cursor.Varint(type) != 0 ? entry.Symbols | flag : entry.Symbols & ~flag;
                    break;
                default:
                    cursor.Skip(type);
                    break;
            }
        }
        // A limit of 0 is how some producers say that they do not know it.
        if (entry.Limit != 0 && entry.Start > entry.Limit)
            throw new WireException($"it starts at 0x{entry.Start:x} and ends before that, at 0x{entry.Limit:x}");
        _mappingIds.Define(id);
        _mappings.Add(entry);
    }

    void Location(ReadOnlySpan<byte> message)
    {
        Limit(_locations.Count, _limits.MaxLocations, nameof(ProfileLimits.MaxLocations));
        var entry = new LocationEntry { Mapping = -1, FirstLine = _lines.Count };
        ulong id = 0;
        for (var cursor = new WireCursor(message); !cursor.AtEnd;)
        {
            switch (cursor.Tag(out var type))
            {
                case 1:
                    id = cursor.Varint(type);
                    break;
                case 2:
                    var mapping = cursor.Varint(type);
                    entry.Mapping = mapping == 0 ? -1 : _mappingIds.Reference(mapping);
                    break;
                case 3:
                    entry.Address = cursor.Varint(type);
                    break;
                case 4:
                    Limit(entry.LineCount, _limits.MaxLinesPerLocation, nameof(ProfileLimits.MaxLinesPerLocation));
                    _lines.Add(Line(cursor.Bytes(type)));
                    entry.LineCount++;
                    break;
                case 5:
                    entry.IsFolded = cursor.Varint(type) != 0;
                    break;
                default:
                    cursor.Skip(type);
                    break;
            }
        }
        _locationIds.Define(id);
        _locations.Add(entry);
    }

    Line Line(ReadOnlySpan<byte> message)
    {
        ulong function = 0;
        long number = 0, column = 0;
        for (var cursor = new WireCursor(message); !cursor.AtEnd;)
        {
            switch (cursor.Tag(out var type))
            {
                case 1:
                    function = cursor.Varint(type);
                    break;
                case 2:
                    number = (long)cursor.Varint(type);
                    break;
                case 3:
                    column = (long)cursor.Varint(type);
                    break;
                default:
                    cursor.Skip(type);
                    break;
            }
        }
        return new Line(_functionIds.Reference(function), number, column);
    }

    void Function(ReadOnlySpan<byte> message)
    {
        Limit(_functions.Count, _limits.MaxFunctions, nameof(ProfileLimits.MaxFunctions));
        var entry = new FunctionEntry();
        ulong id = 0;
        for (var cursor = new WireCursor(message); !cursor.AtEnd;)
        {
            switch (cursor.Tag(out var type))
            {
                case 1:
                    id = cursor.Varint(type);
                    break;
                case 2:
                    entry.Name = cursor.StringReference(type);
                    break;
                case 3:
                    entry.SystemName = cursor.StringReference(type);
                    break;
                case 4:
                    entry.FileName = cursor.StringReference(type);
                    break;
                case 5:
                    entry.StartLine = (long)cursor.Varint(type);
                    break;
                default:
                    cursor.Skip(type);
                    break;
            }
        }
        _functionIds.Define(id);
        _functions.Add(entry);
    }

    void String(ReadOnlySpan<byte> utf8)
    {
        Limit(_strings.Count, _limits.MaxStrings, nameof(ProfileLimits.MaxStrings));
        if (utf8.Length > _limits.MaxStringBytes)
            throw new WireException($"its {utf8.Length} bytes exceed the limit of {_limits.MaxStringBytes} ({nameof(ProfileLimits)}.{nameof(ProfileLimits.MaxStringBytes)})");
        if (_strings.Count == 0 && !utf8.IsEmpty)
            throw new WireException("the first string of the table must be the empty one");
        _strings.Add(utf8);
    }

    static void Limit(int count, int limit, string name)
    {
        if (count >= limit)
            throw new WireException($"there are more than {limit} of them ({nameof(ProfileLimits)}.{name})");
    }

    void CheckMemory()
    {
        var bytes = _stacks.Store.ElementCount * sizeof(int) + _stacks.Store.Count * 24L
            + _labels.Sets.ElementCount * sizeof(int) + _labels.Sets.Count * 24L + _labels.Labels.Count * 64L
            + _sampleStacks.Count * (8L + 8L * (_sampleValues?.Width ?? 0))
            + _locations.Count * (long)Unsafe.SizeOf<LocationEntry>() + _lines.Count * (long)Unsafe.SizeOf<Line>()
            + _functions.Count * (long)Unsafe.SizeOf<FunctionEntry>() + _mappings.Count * (long)Unsafe.SizeOf<MappingEntry>()
            + _strings.ElementCount + _strings.Count * 8L + _comments.Count * 4L;
        if (bytes > _limits.MaxTableBytes)
            throw new ProfileFormatException(
                $"After {_consumed} bytes the profile's tables take {bytes} bytes of memory, more than the limit of {_limits.MaxTableBytes} ({nameof(ProfileLimits)}.{nameof(ProfileLimits.MaxTableBytes)}).");
    }

    /// <summary>Resolves and checks all references, as pprof's CheckValid does, and hands over the profile.</summary>
    public Profile Finish()
    {
        if (_consumed == 0)
            throw new ProfileFormatException("The input is empty. A profile has at least one field; was the download or the copy cut off?");
        _stackBatch.Flush();
        _labelSetBatch.Flush();
        if (_strings.Count == 0)
            _strings.Add([]);
        if (_sampleValues is not null && _sampleValues.Width != _sampleTypes.Count)
            throw new ProfileFormatException(_sampleTypes.Count == 0
                ? "The profile has samples but no sample types, so their values mean nothing. The producer must write Profile.sample_type."
                : $"Its samples have {_sampleValues.Width} values, but the profile has {_sampleTypes.Count} sample types.");
        ResolveMappings();
        ResolveLocations();
        ResolveFunctions();
        ResolveStacks();
        var strings = new StringStore(_strings);
        var labels = ResolveLabels(strings);
        string Text(int index, string where) => strings[Check(index, where)];
        return new Profile(
            new ProfileHeader
            {
                SampleTypes = [.. _sampleTypes.Select((t, i) => new SampleType(Text(t.Type, $"sample type {i}"), Text(t.Unit, $"sample type {i}")))],
                DefaultSampleType = Text(_defaultSampleType, "default_sample_type"),
                PeriodType = _periodType is { } p && p != (0, 0) ? new SampleType(Text(p.Type, "period_type"), Text(p.Unit, "period_type")) : null,
                Period = _period,
                TimeNanos = _timeNanos,
                DurationNanos = _durationNanos,
                DropFrames = Text(_dropFrames, "drop_frames"),
                KeepFrames = Text(_keepFrames, "keep_frames"),
                DocUrl = Text(_docUrl, "doc_url"),
                Comments = [.. _comments.Select(c => Text(c, "comment"))],
            },
            new ProfileTables
            {
                Strings = strings,
                Mappings = _mappings,
                Functions = _functions,
                Locations = _locations,
                Lines = _lines,
                Stacks = _stacks.Store,
                Labels = labels.Labels,
                LabelSets = labels.Sets,
                SampleStacks = _sampleStacks,
                SampleLabelSets = _sampleLabelSets,
                SampleValues = _sampleValues ?? new RowStore<long>(_sampleTypes.Count),
            });
    }

    int Check(int text, string where)
    {
        if (text >= _strings.Count)
            throw new ProfileFormatException($"The {where} refers to string {text}, but the string table has {_strings.Count} entries: the profile is damaged or cut off.");
        return text;
    }

    void ResolveMappings()
    {
        for (var i = 0; i < _mappings.Count; i++)
        {
            ref var mapping = ref _mappings[i];
            Check(mapping.File | mapping.BuildId, mapping, i);
        }

        void Check(int any, in MappingEntry mapping, int i)
        {
            // One comparison for both: either of two non-negative numbers is at most their bitwise or.
            if (any < _strings.Count)
                return;
            this.Check(mapping.File, $"mapping {i}");
            this.Check(mapping.BuildId, $"mapping {i}");
        }
    }

    void ResolveFunctions()
    {
        for (var i = 0; i < _functions.Count; i++)
        {
            ref var function = ref _functions[i];
            if ((function.Name | function.SystemName | function.FileName) < _strings.Count)
                continue;
            Check(function.Name, $"function {i}");
            Check(function.SystemName, $"function {i}");
            Check(function.FileName, $"function {i}");
        }
    }

    void ResolveLocations()
    {
        if (_mappingIds.IsResolved && _functionIds.IsResolved)
            return;
        for (var i = 0; i < _locations.Count; i++)
        {
            ref var location = ref _locations[i];
            if (location.Mapping != -1)
                location.Mapping = Resolve(_mappingIds, location.Mapping, i, "mapping");
            for (var l = 0; l < location.LineCount; l++)
            {
                ref var line = ref _lines[location.FirstLine + l];
                line = line with { Function = Resolve(_functionIds, line.Function, i, "function") };
            }
        }

        static int Resolve(IdTable ids, int provisional, int location, string what) => ids.Resolve(provisional) is >= 0 and var index
            ? index
            : throw new ProfileFormatException($"Location {location} refers to {what} id {ids.IdOf(provisional)}, which the profile does not have: it is damaged or cut off.");
    }

    void ResolveStacks()
    {
        if (_locationIds.IsResolved)
            return;
        for (var i = 0; i < _stacks.Store.Count; i++)
        {
            foreach (ref var location in _stacks.Store[i])
            {
                var index = _locationIds.Resolve(location);
                if (index < 0)
                    throw new ProfileFormatException(
                        $"Sample {FirstSampleWith(i)} refers to location id {_locationIds.IdOf(location)}, which the profile does not have: it is damaged or cut off.");
                location = index;
            }
        }
    }

    int FirstSampleWith(int stack)
    {
        var sample = 0;
        while (_sampleStacks[sample] != stack)
            sample++;
        return sample;
    }

    /// <summary>
    /// Checks the strings of labels and brings every label set into canonical order. Two sets that differ only in order become one.
    /// </summary>
    LabelInterner ResolveLabels(StringStore strings)
    {
        for (var i = 0; i < _labels.Labels.Count; i++)
        {
            ref var label = ref _labels.Labels[i];
            Check(label.Key, "label");
            Check(label.Text, "label");
            Check(label.Unit, "label");
        }
        if (AreOrdered(strings))
            return _labels;
        var ordered = new LabelInterner();
        var renumbered = new int[_labels.Sets.Count];
        var entries = new LabelEntry[16];
        for (var i = 0; i < renumbered.Length; i++)
        {
            var set = _labels.Sets[i];
            if (entries.Length < set.Length)
                entries = new LabelEntry[set.Length];
            for (var l = 0; l < set.Length; l++)
                entries[l] = _labels.Labels[set[l]];
            renumbered[i] = ordered.Set(entries.AsSpan(0, set.Length), strings);
        }
        for (var i = 0; i < _sampleLabelSets.Count; i++)
            _sampleLabelSets[i] = renumbered[_sampleLabelSets[i]];
        return ordered;
    }

    bool AreOrdered(StringStore strings)
    {
        for (var i = 0; i < _labels.Sets.Count; i++)
        {
            var set = _labels.Sets[i];
            for (var l = 1; l < set.Length; l++)
                if (LabelOrder.Compare(_labels.Labels[set[l - 1]], _labels.Labels[set[l]], strings) > 0)
                    return false;
        }
        return true;
    }
}
