using System.CommandLine;
using Vitrine.Agent.CommandLine;
using Vitrine.Agent.Files;
using Vitrine.Agent.Show;
using Vitrine.Pprof;
using Vitrine.Pprof.Views;

namespace Vitrine.Agent.Verbs.Profiles;

/// <summary><c>vitrine profile diff</c>: what changed between two profiles.</summary>
static class DiffVerb
{
    public static Command Create()
    {
        var command = new Command("diff", "Show what changed between two profiles: as text, or as a flame graph with the changes in colour.").WithExamples("""
            vitrine profile diff before.pb.gz after.pb.gz
            vitrine profile diff before.pb.gz after.pb.gz -o change.html
            """);
        var before = new Argument<string>("BEFORE") { Description = "The earlier profile" };
        var after = new Argument<string>("AFTER") { Description = "The later profile" };
        var normalize = new Option<bool>("--normalize") { Description = "Scale both to one total first: compares shapes, for runs of different length" };
        var limit = new Option<int>("--limit", "-n") { Description = "Lines at most; 0 shows all", DefaultValueFactory = _ => 30, HelpName = "N" };
        var output = CommonOptions.Output();
        command.Arguments.Add(before);
        command.Arguments.Add(after);
        var filter = new FilterOptions(command);
        foreach (Option option in (Option[])[normalize, limit, output])
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            var earlier = filter.Apply(parsed, ProfileFile.Read(parsed.GetValue(before)!));
            var later = filter.Apply(parsed, ProfileFile.Read(parsed.GetValue(after)!));
            var value = filter.ValueIndex(parsed, later);
            if (parsed.GetValue(output) is { } file)
                ProfileFile.WriteDiff(earlier, later, file, value, parsed.GetValue(normalize));
            else
                Output.Bytes(null, stream => TextTop.Write(Diff.Of(earlier, later, parsed.GetValue(normalize)), stream, value, parsed.GetValue(limit)));
            return ExitCode.Success;
        });
        return command;
    }
}
