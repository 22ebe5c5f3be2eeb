using System.Runtime.InteropServices;
using Vitrine.Pprof.Storage;

namespace Vitrine.Pprof;

/// <summary>Passes every string of a profile through a rewriter. Numbers (addresses, values, numeric labels) are not touched; numeric labels can be dropped by their key.</summary>
public static class Rewrite
{
    /// <summary>The profile with its strings rewritten. No string of the source that the rewriter changed is left anywhere in the result.</summary>
    public static Profile Of(Profile profile, IProfileRewriter rewriter)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(rewriter);
        return new Pass(profile, rewriter).Run();
    }

    /// <summary>One rewriting. The new string table starts empty, so what was rewritten cannot stay behind in it.</summary>
    sealed class Pass(Profile profile, IProfileRewriter rewriter)
    {
        readonly ProfileTables _old = profile.Tables;
        readonly StringInterner _strings = new();
        readonly Dictionary<(ProfileStringKind, string, string?), string?> _answers = [];

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

        string? Ask(ProfileStringKind kind, string text, string? labelKey = null)
        {
            if (text.Length == 0)
                return "";
            if (!_answers.TryGetValue((kind, text, labelKey), out var answer))
            {
                answer = rewriter.Rewrite(new ProfileString(kind, text, labelKey));
                _answers.Add((kind, text, labelKey), answer);
            }
            return answer;
        }

        string Text(ProfileStringKind kind, string text) => Ask(kind, text) ?? "";

        int Number(ProfileStringKind kind, int old) => _strings.Intern(Text(kind, _old.Strings[old]));

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
            var labels = new LabelInterner();
            map = new int[_old.LabelSets.Count];
            var entries = new List<LabelEntry>();
            for (var i = 0; i < map.Length; i++)
            {
                entries.Clear();
                foreach (var label in profile.LabelSets[i])
                    if (Label(label) is { } entry)
                        entries.Add(entry);
                map[i] = labels.Set(CollectionsMarshal.AsSpan(entries), _strings.Strings);
            }
            return labels;
        }

        LabelEntry? Label(Label label)
        {
            if (Ask(ProfileStringKind.LabelKey, label.Key) is not { } key)
                return null;
            if (label.IsNumeric)
                return new LabelEntry(_strings.Intern(key), 0, _strings.Intern(Ask(ProfileStringKind.LabelUnit, label.Unit ?? "", label.Key)), label.Number);
            // An empty text cannot be told from a number in the file, so a text that became empty goes.
            return Ask(ProfileStringKind.LabelText, label.Text!, label.Key) is { Length: > 0 } text ? new LabelEntry(_strings.Intern(key), _strings.Intern(text), 0, 0) : null;
        }

        ProfileHeader Header(ProfileHeader old) => old with
        {
            SampleTypes = [.. old.SampleTypes.Select(Type)],
            DefaultSampleType = Text(ProfileStringKind.TypeName, old.DefaultSampleType),
            PeriodType = old.PeriodType is { } period ? Type(period) : null,
            DropFrames = Text(ProfileStringKind.FramePattern, old.DropFrames),
            KeepFrames = Text(ProfileStringKind.FramePattern, old.KeepFrames),
            DocUrl = Text(ProfileStringKind.DocUrl, old.DocUrl),
            Comments = [.. old.Comments.Select(c => Ask(ProfileStringKind.Comment, c)).OfType<string>()],
        };

        SampleType Type(SampleType type) => new(Text(ProfileStringKind.TypeName, type.Type), Text(ProfileStringKind.TypeUnit, type.Unit));
    }
}
