using System.CommandLine;
using Vitrine.Agent.CommandLine;
using Vitrine.Agent.Files;
using Vitrine.Agent.Show;
using Vitrine.Pprof;
using Vitrine.Pprof.Views;

namespace Vitrine.Agent.Verbs.Profiles;

/// <summary><c>vitrine profile show</c>: a profile as text.</summary>
static class ShowVerb
{
    public static Command Create()
    {
        var command = new Command("show", "Show a profile as text: what it is, and its functions with the biggest first.").WithExamples("""
            vitrine profile show heap.pb.gz
            vitrine profile show heap.pb.gz --sample-type alloc_space --tree
            """);
        var file = new Argument<string>("FILE") { Description = "The profile" };
        var tree = new Option<bool>("--tree") { Description = "The call tree instead of the table of functions" };
        var limit = new Option<int>("--limit", "-n") { Description = "Lines at most; 0 shows all", DefaultValueFactory = _ => 30, HelpName = "N" };
        var output = CommonOptions.Output();
        command.Arguments.Add(file);
        var filter = new FilterOptions(command);
        foreach (Option option in (Option[])[tree, limit, output])
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            var profile = filter.Apply(parsed, ProfileFile.Read(parsed.GetValue(file)!));
            var value = filter.ValueIndex(parsed, profile);
            Output.Bytes(parsed.GetValue(output), stream => Write(stream, profile, value, parsed.GetValue(tree), parsed.GetValue(limit)));
            return ExitCode.Success;
        });
        return command;
    }

    static void Write(Stream stream, Profile profile, int value, bool tree, int limit)
    {
        using (var writer = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" })
            WriteHeader(writer, profile, value);
        if (tree)
            TextTree.Write(CallTree.Of(profile, value), stream);
        else
            TextTop.Write(profile, stream, value, limit, nodeFraction: limit == 0 ? 0 : 0.005);
    }

    static void WriteHeader(TextWriter writer, Profile profile, int value)
    {
        writer.WriteLine($"Sample types: {string.Join(", ", profile.SampleTypes.Select((type, i) => $"{(i == value ? "*" : "")}{Terminal.Safe(type.Type)}/{Terminal.Safe(type.Unit)}"))}");
        foreach (var comment in profile.Comments)
            writer.WriteLine($"Comment: {Terminal.Safe(comment)}");
    }
}
