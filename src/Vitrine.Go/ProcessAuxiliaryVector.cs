using Vitrine.Linux.Processes;

namespace Vitrine.Go;

/// <summary>The auxiliary vector that the kernel handed to a process when it started its program.</summary>
internal static class ProcessAuxiliaryVector
{
    /// <summary>The kernel's vector has some 25 entries of 16 bytes.</summary>
    private const int MaxBytes = 4096;

    /// <summary>Pairs of words.</summary>
    public static byte[] Read(LinuxProcess process)
    {
        try
        {
            using FileStream file = new($"/proc/{process.Pid}/auxv", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 0);
            byte[] bytes = new byte[MaxBytes];
            int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return length > 0 ? bytes[..length] : throw new TargetGoneException($"Process {process.Pid} has ended.");
        }
        catch (UnauthorizedAccessException)
        {
            throw new AccessDeniedException(
                $"The kernel does not let this user look into process {process.Pid}.",
                "Run the command with sudo, or as the user that runs the process with CAP_SYS_PTRACE.");
        }
        catch (IOException) when (!process.IsAlive())
        {
            throw new TargetGoneException($"Process {process.Pid} has ended.");
        }
    }
}
