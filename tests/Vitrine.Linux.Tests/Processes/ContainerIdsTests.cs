using System.Text;
using Vitrine.Linux.Processes;

namespace Vitrine.Linux.Tests.Processes;

public sealed class ContainerIdsTests
{
    const string Id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("/docker/" + Id, Id)]
    [InlineData("/system.slice/docker-" + Id + ".scope", Id)]
    [InlineData("/kubepods/burstable/pod1b2c/" + Id, Id)]
    [InlineData("/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1_2.slice/cri-containerd-" + Id + ".scope", Id)]
    [InlineData("/kubepods.slice/kubepods-besteffort.slice/crio-" + Id + ".scope", Id)]
    [InlineData("/kubepods.slice/crio-" + Id + ".scope/container", Id)]
    [InlineData("/machine.slice/libpod-" + Id + ".scope/container", Id)]
    [InlineData("/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" + Id + ".scope", Id)]
    [InlineData("/system.slice/containerd.service/kubepods-burstable-pod1.slice:cri-containerd:" + Id, Id)]
    [InlineData("/k8s.io/" + Id, Id)]
    [InlineData("/default/" + Id + "/init.scope", Id)]
    [InlineData("/lxc/web1", "web1")]
    [InlineData("/lxc.payload.web1/system.slice/nginx.service", "web1")]
    [InlineData("/", null)]
    [InlineData("/system.slice/ssh.service", null)]
    [InlineData("/user.slice/user-1000.slice/session-3.scope", null)]
    [InlineData("/docker/" + "0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef", null)]
    public void FromCgroupPath_EachEngine_FindsTheId(string path, string? expected) => Assert.Equal(expected, ContainerIds.FromCgroupPath(path));

    [Theory]
    [InlineData("0::/system.slice/docker-" + Id + ".scope\n", "/system.slice/docker-" + Id + ".scope")]
    [InlineData("12:cpu,cpuacct:/docker/" + Id + "\n1:name=systemd:/docker/" + Id + "\n0::/system.slice/containerd.service\n", "/docker/" + Id)]
    [InlineData("3:cpu:/\n1:name=systemd:/user.slice/session-1.scope\n0::/user.slice/session-1.scope\n", "/user.slice/session-1.scope")]
    [InlineData("0::/a:b/c\n", "/a:b/c")]
    [InlineData("garbage\n", null)]
    [InlineData("", null)]
    public void CgroupPath_OfEitherVersion_IsTheTellingOne(string file, string? expected) => Assert.Equal(expected, ContainerIds.CgroupPath(Encoding.UTF8.GetBytes(file)));
}
