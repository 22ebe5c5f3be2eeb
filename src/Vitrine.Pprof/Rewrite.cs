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

    /// <summary>One rewriting. The new string table starts empty, so what was rewritten cannot stay behind in it.</summary>
    sealed class Pass(Profile profile, IUtf8ProfileRewriter rewriter)
    {
        const int NotAsked = -2;
        const int Dropped = -1;

        static readonly int s_kinds = Enum.GetValues<ProfileStringKind>().Length;

        readonly ProfileTables _old = profile.Tables;
        readonly StringInterner _strings = new();
        readonly ArrayBufferWriter<byte> _output = new(256);
        // By kind, then by the number of the old string: the number of the new one. A kind's table is made when its first string is asked for.
        readonly int[]?[] _answers = new int[s_kinds][];
        readonly Dictionary<(int Key, int Unit), int> _units = [];

        public Profile Run()
        {
            var labels = Labels(out var labelSetMap);
            var sampleLabelSets = new RowStore<int>(1, _old.SampleLabelSets.Count);
            for (var i = 0; i < _old.SampleLabelSets.Count; i++)
                sampleLabelSets.Add(labelSetMap[_old.SampleLabelSets[i]]);
            var tables = _old with
            {
                Mappings = Mappings(),
                Functions = Functions(),
                Labels = labels.Labels,
                LabelSets = labels.Sets,
                SampleLabelSets = sampleLabelSets,
                Strings = _strings.Strings,
            };
            return new Profile(Header(profile.Header), tables);
        }

        /// <summary>The number of the rewritten string, or <see cref="Dropped"/>.</summary>
        int Ask(ProfileStringKind kind, ReadOnlySpan<byte> text, ReadOnlySpan<byte> labelKey = default)
        {
            if (text.IsEmpty)
                return 0;
            _output.ResetWrittenCount();
            return rewriter.Rewrite(kind, text, labelKey, _output) switch
            {
                RewriteOutcome.Unchanged => _strings.Intern(text),
                RewriteOutcome.Changed => _strings.Intern(_output.WrittenSpan),
                _ => Dropped,
            };
        }

        int AskOnce(ProfileStringKind kind, int old)
        {
            ref var answer = ref Answers(kind)[old];
            if (answer == NotAsked)
                answer = Ask(kind, _old.Strings.Bytes(old));
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

        string? Text(ProfileStringKind kind, string text)
        {
            if (text.Length == 0)
                return "";
            _output.ResetWrittenCount();
            return rewriter.Rewrite(kind, Encoding.UTF8.GetBytes(text), default, _output) switch
            {
                RewriteOutcome.Unchanged => text,
                RewriteOutcome.Changed => Encoding.UTF8.GetString(_output.WrittenSpan),
                _ => null,
            };
        }

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

        LabelInterner Labels(out int[] map)
        {
            // The table has each different label once, however many sets share it.
            var rewritten = new LabelEntry?[_old.Labels.Count];
            for (var i = 0; i < rewritten.Length; i++)
                rewritten[i] = Label(_old.Labels[i]);
            var labels = new LabelInterner();
            map = new int[_old.LabelSets.Count];
            var entries = new List<LabelEntry>();
            for (var i = 0; i < map.Length; i++)
            {
                entries.Clear();
                foreach (var number in _old.LabelSets[i])
                    if (rewritten[number] is { } entry)
                        entries.Add(entry);
                map[i] = labels.Set(CollectionsMarshal.AsSpan(entries), _strings.Strings);
            }
            return labels;
        }

        LabelEntry? Label(in LabelEntry old)
        {
            var key = AskOnce(ProfileStringKind.LabelKey, old.Key);
            if (key == Dropped)
                return null;
            var oldKey = _old.Strings.Bytes(old.Key);
            if (old.Text != 0)
                // An empty text cannot be told from a number in the file, so a text that became empty goes.
                return Ask(ProfileStringKind.LabelText, _old.Strings.Bytes(old.Text), oldKey) is > 0 and var text ? new LabelEntry(key, text, 0, 0) : null;
            var unit = _old.Strings.Bytes(old.Unit);
            _output.ResetWrittenCount();
            return rewriter.RewriteNumber(oldKey, unit, old.Number, _output) switch
            {
                RewriteOutcome.Unchanged => new LabelEntry(key, 0, Unit(old), old.Number),
                RewriteOutcome.Changed when _output.WrittenCount > 0 => new LabelEntry(key, _strings.Intern(_output.WrittenSpan), 0, 0),
                _ => null,
            };
        }

        int Unit(in LabelEntry label)
        {
            ref var unit = ref CollectionsMarshal.GetValueRefOrAddDefault(_units, (label.Key, label.Unit), out var known);
            if (!known)
                unit = Math.Max(0, Ask(ProfileStringKind.LabelUnit, _old.Strings.Bytes(label.Unit), _old.Strings.Bytes(label.Key)));
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
    }
}
