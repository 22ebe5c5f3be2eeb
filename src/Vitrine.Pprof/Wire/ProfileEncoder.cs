using Vitrine.Pprof.Storage;

namespace Vitrine.Pprof.Wire;

/// <summary>
/// Encodes one profile, field by field in the order and with the choices of pprof's own encoder
/// (https://github.com/google/pprof/blob/main/profile/encode.go), so that the result is byte for byte what Go writes for the same profile.
/// Nothing is allocated per sample.
/// </summary>
internal sealed class ProfileEncoder : IDisposable
{
    const int FlushAt = 48 << 10;

    readonly Profile _profile;
    readonly ProfileTables _tables;
    readonly Stream _destination;
    readonly StringNumbering _strings;
    readonly WireBuffer _output = new();
    readonly WireBuffer _message = new();
    readonly WireBuffer _inner = new();

    public ProfileEncoder(Profile profile, Stream destination)
    {
        _profile = profile;
        _tables = profile.Tables;
        _destination = destination;
        _strings = new StringNumbering(_tables.Strings);
    }

    public void Encode()
    {
        NumberStrings();
        foreach (var type in _profile.SampleTypes)
            ValueType(1, type);
        Samples();
        Mappings();
        Locations();
        Functions();
        var strings = _strings.Table;
        for (var i = 0; i < strings.Count; i++)
        {
            _output.Bytes(6, strings.Bytes(i));
            FlushWhenFull();
        }
        Header();
        Flush();
    }

    /// <summary>Gives every string its number, in pprof's order, before the first one is referred to.</summary>
    void NumberStrings()
    {
        foreach (var type in _profile.SampleTypes)
        {
            _strings.Of(type.Type);
            _strings.Of(type.Unit);
        }
        var seen = new bool[_tables.LabelSets.Count];
        for (var i = 0; i < _tables.SampleLabelSets.Count; i++)
        {
            var set = _tables.SampleLabelSets[i];
            if (seen[set])
                continue;
            seen[set] = true;
            foreach (var number in _tables.LabelSets[set])
            {
                ref var label = ref _tables.Labels[number];
                _ = _strings[label.Key];
                _ = _strings[label.Text != 0 ? label.Text : label.Unit];
            }
        }
        for (var i = 0; i < _tables.Mappings.Count; i++)
        {
            ref var mapping = ref _tables.Mappings[i];
            _ = _strings[mapping.File];
            _ = _strings[mapping.BuildId];
        }
        for (var i = 0; i < _tables.Functions.Count; i++)
        {
            ref var function = ref _tables.Functions[i];
            _ = _strings[function.Name];
            _ = _strings[function.SystemName];
            _ = _strings[function.FileName];
        }
        _strings.Of(_profile.DropFrames);
        _strings.Of(_profile.KeepFrames);
        if (_profile.PeriodType is { } period)
        {
            _strings.Of(period.Type);
            _strings.Of(period.Unit);
        }
        foreach (var comment in _profile.Comments)
            _strings.Of(comment);
        _strings.Of(_profile.DefaultSampleType);
        _strings.Of(_profile.DocUrl);
    }

    void ValueType(int field, SampleType type)
    {
        _message.OptionalNumber(1, (ulong)_strings.Of(type.Type));
        _message.OptionalNumber(2, (ulong)_strings.Of(type.Unit));
        EndMessage(field);
    }

    void Samples()
    {
        for (var i = 0; i < _tables.SampleStacks.Count; i++)
        {
            var stack = _tables.Stacks[_tables.SampleStacks[i]];
            if (stack.Length > 2)
            {
                _inner.PackedIds(stack);
                EndInner(1);
            }
            else
            {
                foreach (var location in stack)
                    _message.Number(1, (ulong)location + 1);
            }
            Values(_tables.SampleValues.Row(i));
            foreach (var number in _tables.LabelSets[_tables.SampleLabelSets[i]])
            {
                ref var label = ref _tables.Labels[number];
                _inner.OptionalNumber(1, (ulong)_strings[label.Key]);
                _inner.OptionalNumber(2, (ulong)_strings[label.Text]);
                _inner.OptionalNumber(3, (ulong)label.Number);
                _inner.OptionalNumber(4, (ulong)_strings[label.Unit]);
                EndInner(3);
            }
            EndMessage(2);
        }
    }

    void Values(ReadOnlySpan<long> values)
    {
        if (values.Length <= 2)
        {
            foreach (var value in values)
                _message.Number(2, (ulong)value);
            return;
        }
        foreach (var value in values)
            _inner.Varint((ulong)value);
        EndInner(2);
    }

    void Mappings()
    {
        for (var i = 0; i < _tables.Mappings.Count; i++)
        {
            ref var mapping = ref _tables.Mappings[i];
            _message.Number(1, (ulong)i + 1);
            _message.OptionalNumber(2, mapping.Start);
            _message.OptionalNumber(3, mapping.Limit);
            _message.OptionalNumber(4, mapping.Offset);
            _message.OptionalNumber(5, (ulong)_strings[mapping.File]);
            _message.OptionalNumber(6, (ulong)_strings[mapping.BuildId]);
            for (var flag = 0; flag < 4; flag++)
                _message.OptionalNumber(7 + flag, (ulong)(((int)mapping.Symbols >> flag) & 1));
            EndMessage(3);
        }
    }

    void Locations()
    {
        for (var i = 0; i < _tables.Locations.Count; i++)
        {
            ref var location = ref _tables.Locations[i];
            _message.Number(1, (ulong)i + 1);
            _message.OptionalNumber(2, (ulong)(location.Mapping + 1));
            _message.OptionalNumber(3, location.Address);
            for (var l = 0; l < location.LineCount; l++)
            {
                ref var line = ref _tables.Lines[location.FirstLine + l];
                _inner.Number(1, (ulong)line.Function + 1);
                _inner.OptionalNumber(2, (ulong)line.LineNumber);
                _inner.OptionalNumber(3, (ulong)line.Column);
                EndInner(4);
            }
            _message.OptionalNumber(5, location.IsFolded ? 1UL : 0);
            EndMessage(4);
        }
    }

    void Functions()
    {
        for (var i = 0; i < _tables.Functions.Count; i++)
        {
            ref var function = ref _tables.Functions[i];
            _message.Number(1, (ulong)i + 1);
            _message.OptionalNumber(2, (ulong)_strings[function.Name]);
            _message.OptionalNumber(3, (ulong)_strings[function.SystemName]);
            _message.OptionalNumber(4, (ulong)_strings[function.FileName]);
            _message.OptionalNumber(5, (ulong)function.StartLine);
            EndMessage(5);
        }
    }

    void Header()
    {
        _output.OptionalNumber(7, (ulong)_strings.Of(_profile.DropFrames));
        _output.OptionalNumber(8, (ulong)_strings.Of(_profile.KeepFrames));
        _output.OptionalNumber(9, (ulong)_profile.TimeNanos);
        _output.OptionalNumber(10, (ulong)_profile.DurationNanos);
        if (_profile.PeriodType is { } period && period != new SampleType("", ""))
            ValueType(11, period);
        _output.OptionalNumber(12, (ulong)_profile.Period);
        if (_profile.Comments.Count > 2)
        {
            foreach (var comment in _profile.Comments)
                _message.Varint((ulong)_strings.Of(comment));
            EndMessage(13);
        }
        else
        {
            foreach (var comment in _profile.Comments)
                _output.Number(13, (ulong)_strings.Of(comment));
        }
        _output.Number(14, (ulong)_strings.Of(_profile.DefaultSampleType));
        _output.OptionalNumber(15, (ulong)_strings.Of(_profile.DocUrl));
    }

    void EndInner(int field)
    {
        _message.Bytes(field, _inner.Content);
        _inner.Clear();
    }

    void EndMessage(int field)
    {
        _output.Bytes(field, _message.Content);
        _message.Clear();
        FlushWhenFull();
    }

    void FlushWhenFull()
    {
        if (_output.Length >= FlushAt)
            Flush();
    }

    void Flush()
    {
        _destination.Write(_output.Content);
        _output.Clear();
    }

    public void Dispose()
    {
        _output.Dispose();
        _message.Dispose();
        _inner.Dispose();
    }
}
