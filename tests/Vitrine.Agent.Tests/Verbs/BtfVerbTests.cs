using Vitrine.TestTargets;

namespace Vitrine.Agent.Tests.Verbs;

/// <summary><c>vitrine btf</c> as a user types it; what is in the file is tested beside its writer.</summary>
public sealed class BtfVerbTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public void Btf_OfAProcessAndOfItsFile_AreTheSame()
    {
        var folder = Directory.CreateTempSubdirectory("vitrine-btf-").FullName;
        try
        {
            string byPid = Path.Combine(folder, "pid.btf"), byFile = Path.Combine(folder, "file.btf");
            var result = VitrineProgram.Run("btf", service.Pid, "-o", byPid, "--type", "runtime.*", "--type", "main.*");
            Assert.True(result.ExitCode == 0, result.Errors);
            Assert.Matches("^[0-9]+ structs of .*/faulty \\(go", result.Errors);
            Assert.Equal(0, VitrineProgram.Run("btf", GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "faulty").Path, "-o", byFile, "--type", "runtime.*", "--type", "main.*").ExitCode);

            var bytes = File.ReadAllBytes(byPid);
            Assert.Equal([0x9f, 0xeb, 1], bytes[..3]);
            Assert.Equal(bytes, File.ReadAllBytes(byFile));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Btf_TypeThatNoStructHas_IsSaidAndNothingIsWritten()
    {
        var path = Path.Combine(Path.GetTempPath(), $"vitrine-test-{Guid.NewGuid():N}.btf");
        var result = VitrineProgram.Run("btf", service.Pid, "-o", path, "--type", "nowhere.*");

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("No struct of", result.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void Btf_OfWhatIsNotGo_IsSaid()
    {
        var result = VitrineProgram.Run("btf", "/bin/sh", "-o", "/dev/null");

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("not built by the Go toolchain", result.Errors, StringComparison.Ordinal);
    }
}
