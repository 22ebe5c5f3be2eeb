using System.CommandLine;
using Vitrine.Agent.CommandLine;
using Vitrine.Agent.Files;
using Vitrine.Agent.Show;

namespace Vitrine.Agent.Verbs.Profiles;

/// <summary><c>vitrine profile convert</c>: one profile in another format.</summary>
static class ConvertVerb
{
    public static Command Create()
    {
        var command = new Command("convert", $"Write a profile in another format; the formats follow the files' names: {ProfileFile.Endings}.").WithExamples("""
            vitrine profile convert cpu.pb.gz -o cpu.html
            vitrine profile convert stacks.folded -o stacks.pb.gz
            """);
        var file = new Argument<string>("FILE") { Description = "The profile" };
        var output = CommonOptions.Output();
        output.Required = true;
        var quiet = CommonOptions.Quiet();
        command.Arguments.Add(file);
        var filter = new FilterOptions(command);
        command.Options.Add(output);
        command.Options.Add(quiet);
        command.SetAction(parsed =>
        {
            var (input, to) = (parsed.GetValue(file)!, parsed.GetValue(output)!);
            ProfileFile.Check(to);
            var profile = filter.Apply(parsed, ProfileFile.Read(input));
            ProfileFile.Write(profile, to, filter.ValueIndex(parsed, profile));
            new Remarks(parsed.GetValue(quiet)).Note($"{Units.Count(profile.Samples.Count, "stack")} in {to}");
            return ExitCode.Success;
        });
        return command;
    }
}
