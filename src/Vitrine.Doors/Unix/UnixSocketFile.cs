using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;

namespace Vitrine.Doors.Unix;

/// <summary>A socket in the file system, made so that nobody else can come to it or take its place.</summary>
[SupportedOSPlatform("linux")]
static class UnixSocketFile
{
    /// <summary>Whether a path can be one of a socket.</summary>
    /// <exception cref="IOException">It cannot.</exception>
    public static void Check(string path)
    {
        if (!Path.IsPathFullyQualified(path) || Path.GetFullPath(path) != path) throw new IOException($"The path of the socket, '{path}', must be absolute, without '.', '..' and double slashes.");
        if (Encoding.UTF8.GetByteCount(path) > UnixDoorOptions.MaximumPathBytes) throw new IOException($"The path of the socket, '{path}', is longer than the {UnixDoorOptions.MaximumPathBytes} bytes that there are for it.");
    }

    /// <summary>Binds a socket that does not listen yet: until it does nobody can connect, whatever permissions the file has between one call and the next.</summary>
    /// <exception cref="IOException">It cannot be made safely; the message says why and what to do.</exception>
    public static Socket Bind(UnixDoorOptions options)
    {
        var path = options.Path;
        var group = options.Group.Length == 0 ? (uint?)null : UnixCalls.GroupOf(options.Group) ?? throw new IOException($"There is no group '{options.Group}' for the socket {path}.");
        PrepareDirectory(Path.GetDirectoryName(path)!, options.Mode);
        RemoveStale(path);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(path));
            // The group first: for a moment the file is narrower than it should be, never wider.
            if (group is { } id) UnixCalls.SetGroup(path, id);
            File.SetUnixFileMode(path, options.Mode);
            return socket;
        }
        catch (Exception e)
        {
            socket.Dispose();
            if (e is SocketException or UnauthorizedAccessException) throw new IOException($"The socket {path} cannot be made: {e.Message}.", e);
            throw;
        }
    }

    static void PrepareDirectory(string directory, UnixFileMode mode)
    {
        if (UnixCalls.Find(directory) is null)
        {
            const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            const UnixFileMode others = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
            // Those whom the socket lets in must be able to come to it.
            try
            {
                Directory.CreateDirectory(directory, (mode & others) == 0 ? owner : owner | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
            }
            catch (UnauthorizedAccessException e)
            {
                throw new IOException($"The directory {directory} of the socket cannot be made: {e.Message}", e);
            }
        }
        for (var one = directory; one is not null; one = Path.GetDirectoryName(one))
        {
            var entry = UnixCalls.Find(one) ?? throw new IOException($"The directory {one} of the socket is not there.");
            if (!entry.IsDirectory) throw new IOException($"{one} is not a directory but a link or a file: name the socket by its real path.");
            if (entry.Owner != 0 && entry.Owner != UnixCalls.User) throw new IOException($"The directory {one} of the socket belongs to user {entry.Owner}, who could put another socket in its place: use one that belongs to root or to this user.");
            if (entry.IsOpenToOthers) throw new IOException($"Others may write to the directory {one} of the socket, and could put another socket in its place: take that right away (chmod go-w), or use another directory.");
        }
    }

    // What is left of a process that was killed. Two programs of the same user that start at the same moment can still take it from each other: the later one has it.
    static void RemoveStale(string path)
    {
        if (UnixCalls.Find(path) is not { } entry) return;
        if (!entry.IsSocket) throw new IOException($"{path} is there already and no socket: it is left alone. Remove it, or use another path.");
        if (entry.Owner != UnixCalls.User) throw new IOException($"The socket {path} is there already and belongs to user {entry.Owner}: it is left alone. Remove it, or use another path.");
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
            return;
        }
        catch (SocketException)
        {
            // Its queue is full, so somebody listens.
        }
        throw new IOException($"A program listens at the socket {path} already: end it, or use another path.");
    }
}
