using System.Diagnostics;
using System.Globalization;
using Vitrine.TestTargets;

namespace Vitrine.Agent.Tests.Verbs;

/// <summary>Errors are part of the interface: exit code, cause, and the next command to type; never a stack trace.</summary>
public sealed class ErrorTests
{
    static void AssertSays(ProgramResult result, int exitCode, params string[] texts)
    {
        Assert.True(result.ExitCode == exitCode, $"exit code {result.ExitCode}: {result.Errors}");
        Assert.All(texts, text => Assert.Contains(text, result.Errors, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", result.Errors, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Fact]
    public void Dump_NoSuchProcess_SaysSoAndNamesPs() => AssertSays(VitrineProgram.Run("dump", "999999999"), ExitCode.TargetNotFound, "no process 999999999", "vitrine ps");

    [Fact]
    public void Dump_NoSuchName_SaysSo() => AssertSays(VitrineProgram.Run("dump", "surely-nobody-is-called-this"), ExitCode.TargetNotFound, "surely-nobody-is-called-this");

    [Fact]
    public void Dump_WithoutAProcess_AsksForOne() => AssertSays(VitrineProgram.Run("dump"), ExitCode.Usage, "Which process?");

    [Fact]
    public void Dump_NeitherGoNorDotNet_SaysSo()
    {
        using var sleeper = Process.Start("sleep", "60");
        try
        {
            AssertSays(VitrineProgram.Run("dump", sleeper.Id.ToString(CultureInfo.InvariantCulture)), ExitCode.Unavailable, "vitrine ps");
        }
        finally
        {
            sleeper.Kill();
        }
    }

    [Fact]
    public void Dump_KernelThread_SaysThatItHasNoProgram()
    {
        // Thread 2 is kthreadd wherever the machine's own processes are seen; in a container it is not there, or somebody else.
        if (!File.Exists("/proc/2/comm") || File.ReadAllText("/proc/2/comm").Trim() != "kthreadd")
            Assert.Skip("this process sees no kernel threads: it is in a pid namespace of its own");
        AssertSays(VitrineProgram.Run("dump", "2"), ExitCode.Unavailable, "kernel thread");
    }

    [Fact]
    public void Dump_NothingListensThere_SaysSo() => AssertSays(VitrineProgram.Run("dump", "--listen", "127.0.0.1:1"), ExitCode.TargetNotFound, "127.0.0.1:1");

    [Theory]
    [InlineData("dump", "1", "--format", "xml")]
    [InlineData("dump", "1", "--no-such-option")]
    [InlineData("leaks", "1", "-d", "soon")]
    [InlineData("record", "1", "everything")]
    [InlineData("no-such-verb")]
    public void Run_CommandLineThatMakesNoSense_IsAUsageError(params string[] arguments) => AssertSays(VitrineProgram.Run(arguments), ExitCode.Usage, "vitrine");

    [Fact]
    public void Run_FormatThatIsNone_NamesTheOthersOnOneLine() => AssertSays(VitrineProgram.Run("gc", "1", "--format", "yaml"), ExitCode.Usage, "Must be one of: 'text', 'json'");

    [Fact]
    public void Record_FileNameWithoutAKnownEnding_IsRefusedBeforeAnyLook() =>
        AssertSays(VitrineProgram.Run("record", "1", "heap", "-o", "heap.xyz"), ExitCode.Usage, ".pb.gz", ".svg");

    [Fact]
    public void ProfileShow_FileThatIsNoProfile_SaysWhatIsWrong()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, "this is not a profile");
        var result = VitrineProgram.Run("profile", "show", file);
        File.Delete(file);
        AssertSays(result, ExitCode.BadFile, file);
    }

    [Fact]
    public void ProfileShow_NoSuchFile_SaysSo() => AssertSays(VitrineProgram.Run("profile", "show", "/no/such/file.pb.gz"), ExitCode.BadFile, "/no/such/file.pb.gz");

    [Fact]
    public void Dump_ProcessOfAnotherUser_NamesThePrivilegeAndTheNextCommand()
    {
        if (!Environment.IsPrivilegedProcess)
            Prerequisite.Missing("starting a program as another user needs root");
        using var service = SampleProcess.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "crowds"), "pool");
        // The build output may lie where another user may not read.
        var folder = Directory.CreateTempSubdirectory("vitrine-nobody-").FullName;
        try
        {
            foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory))
                File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute | UnixFileMode.UserWrite);
            var result = VitrineProgram.RunAsNobody(folder, "dump", service.Pid.ToString(CultureInfo.InvariantCulture));
            var survey = VitrineProgram.RunAsNobody(folder, "ps");
            Assert.Contains("could not be looked into", survey.Errors, StringComparison.Ordinal);
            AssertSays(result, ExitCode.AccessDenied, service.Pid.ToString(CultureInfo.InvariantCulture), "next:");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
