using Vitrine.Doors.Looks;

namespace Vitrine.Doors.Tests.Looks;

public sealed class LookAnswerTests
{
    [Fact]
    public void Dispose_AnAnswerThatIsAFile_DeletesTheFile()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var answer = new LookAnswer { Status = LookStatus.Ok, File = new(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.DeleteOnClose }) };

        answer.Dispose();

        Assert.False(File.Exists(path));
    }
}
