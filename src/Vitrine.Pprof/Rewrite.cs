using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using Vitrine.Pprof.Storage;

namespace Vitrine.Pprof;

/// <summary>Passes every string of a profile through a rewriter. Numbers (addresses, values) are not touched; numeric labels can be dropped by their key, and by a UTF-8 rewriter each by itself.</summary>
public static class Rewrite
{
    /// <summary>The profile with its strings rewritten. No string of the source that the rewriter changed is left anywhere in the result.</summary>
    public static Profile Of(Profile profile, IProfileRewriter rewriter)
    {
        ArgumentNullException.ThrowIfNull(rewriter);
        return Of(profile, new Decoding(rewriter));
    }

    /// <inheritdoc cref="Of(Profile, IProfileRewriter)"/>
    public static Profile Of(Profile profile, IUtf8ProfileRewriter rewriter)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(rewriter);
        return new Pass(profile, rewriter).Run();
    }

    /// <summary>A rewriter of strings as one of bytes.</summary>
    sealed class Decoding(IProfileRewriter rewriter) : IUtf8ProfileRewriter
    {
        public RewriteOutcome Rewrite(ProfileStringKind kind, ReadOnlySpan<byte> text, ReadOnlySpan<byte> labelKey, IBufferWriter<byte> output)
        {
            var before = Encoding.UTF8.GetString(text);
            var ofLabel = kind is ProfileStringKind.LabelText or ProfileStringKind.LabelUnit;
            var after = rewriter.Rewrite(new ProfileString(kind, before, ofLabel ? Encoding.UTF8.GetString(labelKey) : null));
            if (after is null)
                return RewriteOutcome.Dropped;
            if (after == before)
                return RewriteOutcome.Unchanged;
            Encoding.UTF8.GetBytes(after, output);
            return RewriteOutcome.Changed;
        }

        public RewriteOutcome RewriteNumber(ReadOnlySpan<byte> labelKey, ReadOnlySpan<byte> unit, long number, IBufferWriter<byte> output) => RewriteOutcome.Unchanged;
    }

    /// <summary>
    /// One rewriting. Strings keep their numbers as long as they stay, so that tables which name only such strings are shared with the source. A string that no table names any longer is wiped out of the new string table:
    /// what was rewritten cannot stay behind in it.
    /// </summary>
    sealed class Pass
    {
        const int NotAsked = -2;
        const int Dropped = -1;
        const int Waiting = int.MaxValue;
        const int Telling = 50;

        static readonly int s_kinds = Enum.GetValues<ProfileStringKind>().Length;

        readonly ProfileHeader _oldHeader;
        readonly ProfileTables _old;
        readonly IUtf8ProfileRewriter _rewriter;
        readonly ArrayBufferWriter<byte> _output = new(256);
        readonly StringChanges _strings;
        // By kind, then by the number of the old string: the number of the new one. A kind's table is made when its first string is asked for.
        readonly int[]?[] _answers = new int[s_kinds][];
        readonly Dictionary<(int Key, int Unit), int> _units = [];

        // Of nearly every label text that is new, the slot in the table of strings is far away in memory: many at once wait for it together.
        readonly InternBatch<byte> _newTexts;
        readonly RowStore<int> _textNumbers = new();
        readonly RowStore<int> _withNewText = new();

        public Pass(Profile profile, IUtf8ProfileRewriter rewriter)
        {
            (_oldHeader, _old, _rewriter) = (profile.Header, profile.Tables, rewriter);
            _strings = new StringChanges(_old.Strings);
            _newTexts = _strings.Batch(_textNumbers);
        }

        public Profile Run()
        {
            var tables = _old with { Mappings = Mappings(), Functions = Functions() };
            tables = Labels(tables);
            return new Profile(Header(_oldHeader), tables with { Strings = _strings.Strings });
        }

        /// <summary>The number of the rewritten string, or <see cref="Dropped"/>.</summary>
        int Ask(ProfileStringKind kind, int old, ReadOnlySpan<byte> labelKey = default) => Outcome(kind, old, labelKey) switch
        {
            RewriteOutcome.Unchanged => _strings.Keep(old),
            RewriteOutcome.Changed => _strings.Add(_output.WrittenSpan),
            _ => Dropped,
        };

        RewriteOutcome Outcome(ProfileStringKind kind, int old, ReadOnlySpan<byte> labelKey)
        {
            if (old == 0)
                return RewriteOutcome.Unchanged;
            _output.ResetWrittenCount();
            return _rewriter.Rewrite(kind, _old.Strings.Bytes(old), labelKey, _output);
        }

        int AskOnce(ProfileStringKind kind, int old)
        {
            ref var answer = ref Answers(kind)[old];
            if (answer == NotAsked)
                answer = Ask(kind, old);
            return answer;
        }

        int[] Answers(ProfileStringKind kind)
        {
            if (_answers[(int)kind] is { } known)
                return known;
            var answers = new int[_old.Strings.Count];
            Array.Fill(answers, NotAsked);
            return _answers[(int)kind] = answers;
        }

        int Number(ProfileStringKind kind, int old) => Math.Max(0, AskOnce(kind, old));

        RowStore<MappingEntry> Mappings()
        {
            var mappings = new RowStore<MappingEntry>(1, _old.Mappings.Count);
            for (var i = 0; i < _old.Mappings.Count; i++)
            {
                var mapping = _old.Mappings[i];
                mappings.Add(mapping with { File = Number(ProfileStringKind.MappingFile, mapping.File), BuildId = Number(ProfileStringKind.BuildId, mapping.BuildId) });
            }
            return mappings;
        }

        RowStore<FunctionEntry> Functions()
        {
            var functions = new RowStore<FunctionEntry>(1, _old.Functions.Count);
            for (var i = 0; i < _old.Functions.Count; i++)
            {
                var function = _old.Functions[i];
                functions.Add(function with
                {
                    Name = Number(ProfileStringKind.FunctionName, function.Name),
                    SystemName = Number(ProfileStringKind.SystemName, function.SystemName),
                    FileName = Number(ProfileStringKind.SourceFile, function.FileName),
                });
            }
            return functions;
        }

        /// <summary>The tables with their labels rewritten. Each different label is asked for once, however many sets share it; the sets stay as they are unless a label went or has another place in their order.</summary>
        ProfileTables Labels(ProfileTables tables)
        {
            var rewritten = new RowStore<LabelEntry>(1, _old.Labels.Count);
            var dropped = new List<int>();
            var isMoved = false;
            for (var i = 0; i < _old.Labels.Count; i++)
            {
                ref var old = ref _old.Labels[i];
                // The first of them tell how many there will be.
                if (_withNewText.Count == Telling && i == _withNewText[Telling - 1] + 1)
                    _strings.Expect((int)((long)Telling * _old.Labels.Count / i));
                if (Label(old, i) is { } label)
                {
                    rewritten.Add(label);
                    isMoved |= label.Key != old.Key || (label.Text == 0) != (old.Text == 0);
                }
                else
                {
                    rewritten.Add(default(LabelEntry));
                    dropped.Add(i);
                }
            }
            _newTexts.Flush();
            for (var i = 0; i < _withNewText.Count; i++)
            {
                ref var label = ref rewritten[_withNewText[i]];
                label = label with { Text = _textNumbers[i] };
            }
            // Labels that became the same stay two rows: sets, samples and the file say the same either way, and finding them would cost as much as the rest.
            if (dropped.Count == 0 && !isMoved)
                return tables with { Labels = rewritten };
            return Resorted(tables, rewritten, dropped);
        }

        ProfileTables Resorted(ProfileTables tables, RowStore<LabelEntry> rewritten, List<int> dropped)
        {
            var labels = new LabelInterner();
            var isDropped = dropped.ToHashSet();
            var map = new int[_old.LabelSets.Count];
            var entries = new List<LabelEntry>();
            var strings = _strings.Strings;
            for (var i = 0; i < map.Length; i++)
            {
                entries.Clear();
                foreach (var number in _old.LabelSets[i])
                    if (!isDropped.Contains(number))
                        entries.Add(rewritten[number]);
                map[i] = labels.Set(CollectionsMarshal.AsSpan(entries), strings);
            }
            var sampleLabelSets = new RowStore<int>(1, _old.SampleLabelSets.Count);
            for (var i = 0; i < _old.SampleLabelSets.Count; i++)
                sampleLabelSets.Add(map[_old.SampleLabelSets[i]]);
            return tables with { Labels = labels.Labels, LabelSets = labels.Sets, SampleLabelSets = sampleLabelSets };
        }

        /// <summary>The rewritten label of a row; null when it is dropped. A new text gets its number later, and <see cref="Waiting"/> until then.</summary>
        LabelEntry? Label(in LabelEntry old, int row)
        {
            var key = AskOnce(ProfileStringKind.LabelKey, old.Key);
            if (key == Dropped)
                return null;
            var oldKey = _old.Strings.Bytes(old.Key);
            if (old.Text != 0)
            {
                return Outcome(ProfileStringKind.LabelText, old.Text, oldKey) switch
                {
                    RewriteOutcome.Unchanged => new LabelEntry(key, _strings.Keep(old.Text), 0, 0),
                    // An empty text cannot be told from a number in the file, so a text that became empty goes.
                    RewriteOutcome.Changed when _output.WrittenCount > 0 => new LabelEntry(key, NewText(row), 0, 0),
                    _ => null,
                };
            }
            _output.ResetWrittenCount();
            return _rewriter.RewriteNumber(oldKey, _old.Strings.Bytes(old.Unit), old.Number, _output) switch
            {
                RewriteOutcome.Unchanged => new LabelEntry(key, 0, Unit(old), old.Number),
                RewriteOutcome.Changed when _output.WrittenCount > 0 => new LabelEntry(key, NewText(row), 0, 0),
                _ => null,
            };
        }

        int NewText(int row)
        {
            _withNewText.Add(row);
            _newTexts.Add(_output.WrittenSpan);
            return Waiting;
        }

        int Unit(in LabelEntry label)
        {
            ref var unit = ref CollectionsMarshal.GetValueRefOrAddDefault(_units, (label.Key, label.Unit), out var known);
            if (!known)
                unit = Math.Max(0, Ask(ProfileStringKind.LabelUnit, label.Unit, _old.Strings.Bytes(label.Key)));
            return unit;
        }

        ProfileHeader Header(ProfileHeader old)
        {
            // Few, and kept as strings: each different one is asked for once, as everywhere.
            var known = new Dictionary<(ProfileStringKind, string), string?>();
            return old with
            {
                SampleTypes = [.. old.SampleTypes.Select(Type)],
                DefaultSampleType = Once(ProfileStringKind.TypeName, old.DefaultSampleType) ?? "",
                PeriodType = old.PeriodType is { } period ? Type(period) : null,
                DropFrames = Once(ProfileStringKind.FramePattern, old.DropFrames) ?? "",
                KeepFrames = Once(ProfileStringKind.FramePattern, old.KeepFrames) ?? "",
                DocUrl = Once(ProfileStringKind.DocUrl, old.DocUrl) ?? "",
                Comments = [.. old.Comments.Select(c => Once(ProfileStringKind.Comment, c)).OfType<string>()],
            };

            SampleType Type(SampleType type) => new(Once(ProfileStringKind.TypeName, type.Type) ?? "", Once(ProfileStringKind.TypeUnit, type.Unit) ?? "");

            string? Once(ProfileStringKind kind, string text)
            {
                if (!known.TryGetValue((kind, text), out var answer))
                    known.Add((kind, text), answer = Text(kind, text));
                return answer;
            }
        }

        string? Text(ProfileStringKind kind, string text)
        {
            if (text.Length == 0)
                return "";
            _output.ResetWrittenCount();
            return _rewriter.Rewrite(kind, Encoding.UTF8.GetBytes(text), default, _output) switch
            {
                RewriteOutcome.Unchanged => text,
                RewriteOutcome.Changed => Encoding.UTF8.GetString(_output.WrittenSpan),
                _ => null,
            };
        }
    }
}
