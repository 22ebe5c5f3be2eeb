using System.Runtime.InteropServices;

namespace Vitrine.Doors.Unix;

/// <summary>What .NET does not offer of files and sockets; Linux only.</summary>
static unsafe partial class UnixCalls
{
    const int CurrentDirectory = -100, NoFollow = 0x100, NoEntry = 2;
    const uint TypeModeAndOwner = 0x1 | 0x2 | 0x8;

    const ushort TypeMask = 0xF000, Directory = 0x4000, Socket = 0xC000;

    const short HungUp = 0x10;

    /// <summary>What is at a path, without following a link.</summary>
    /// <param name="Owner">The user id.</param>
    /// <param name="Mode">Type and permissions, as in st_mode.</param>
    public readonly record struct Entry(uint Owner, ushort Mode)
    {
        public bool IsDirectory => (Mode & TypeMask) == Directory;

        public bool IsSocket => (Mode & TypeMask) == Socket;

        /// <summary>Whether others than the owner may put something else in the place of what is in this directory.</summary>
        public bool IsOpenToOthers => (Mode & 0x12) != 0 && (Mode & 0x200) == 0;
    }

    /// <summary>Looks at a path; null when there is nothing.</summary>
    /// <exception cref="IOException">It cannot be looked at.</exception>
    public static Entry? Find(string path)
    {
        // struct statx: https://man7.org/linux/man-pages/man2/statx.2.html
        var buffer = stackalloc byte[256];
        if (StatX(CurrentDirectory, path, NoFollow, TypeModeAndOwner, buffer) == 0) return new(*(uint*)(buffer + 20), *(ushort*)(buffer + 28));
        var error = Marshal.GetLastPInvokeError();
        return error == NoEntry ? null : throw new IOException($"{path}: {Marshal.GetPInvokeErrorMessage(error)}.");
    }

    /// <summary>The user that this process acts as.</summary>
    public static uint User => GetEffectiveUser();

    /// <summary>The id of a group; null when there is none of that name.</summary>
    public static uint? GroupOf(string name)
    {
        if (uint.TryParse(name, out var number)) return number;
        // struct group begins with two pointers.
        var group = (byte*)GetGroup(name);
        return group is null ? null : *(uint*)(group + 2 * sizeof(nint));
    }

    /// <summary>Gives a path, and not what it may link to, to a group.</summary>
    /// <exception cref="IOException">It may not be.</exception>
    public static void SetGroup(string path, uint group)
    {
        if (ChangeOwner(path, uint.MaxValue, group) != 0) throw new IOException($"{path} cannot be given to the group {group}: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    /// <summary>Whether the other end of a socket is closed, and not only the half of it that writes.</summary>
    public static bool IsHungUp(nint socket)
    {
        var entry = new PollEntry { Descriptor = (int)socket };
        return Poll(&entry, 1, 0) > 0 && (entry.Found & HungUp) != 0;
    }

    [StructLayout(LayoutKind.Sequential)]
    struct PollEntry
    {
        public int Descriptor;
        public short Wanted, Found;
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int directory, string path, int flags, uint mask, byte* buffer);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUser();

    [LibraryImport("libc", EntryPoint = "getgrnam", StringMarshalling = StringMarshalling.Utf8)]
    private static partial void* GetGroup(string name);

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(PollEntry* entries, nuint count, int milliseconds);
}
