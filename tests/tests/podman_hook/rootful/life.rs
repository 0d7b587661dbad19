//! What becomes of a container.

use std::fs::{self, File};
use std::io::Write;

use anyhow::{Context, Result, ensure};
use portolan_tests::podman_scene;

use crate::{address, leads_to};

#[test]
fn a_route_comes_and_goes_with_its_container() -> Result<()> {
    podman_scene(|scene| {
        let web = scene.run("web").exposed().start()?;
        scene.served(&web.name, &web.name)?;
        web.order("stop", &[])?;
        scene.unrouted(&web.name)?;
        web.order("start", &[])?;
        scene.served(&web.name, &web.name)?;
        web.order("restart", &[])?;
        let service = format!("http/services/{}", web.name);
        leads_to(scene, &service, &[format!("http://{}:80", address(&web, "podman")?)])?;
        scene.served(&web.name, &web.name)?;
        web.order("kill", &[])?;
        scene.unrouted(&web.name)?;
        web.order("start", &[])?;
        scene.served(&web.name, &web.name)?;
        web.order("rm", &["--force"])?;
        scene.unrouted(&web.name)?;
        ensure!(scene.status()?.trim().lines().all(|line| !line.contains(&web.name)), "{}", scene.status()?);
        Ok(())
    })
}

#[test]
fn a_container_that_ends_by_itself_has_no_route() -> Result<()> {
    podman_scene(|scene| {
        let stop = scene.scratch().join("stop");
        fs::create_dir(&stop)?;
        let web = scene
            .run("web")
            .exposed()
            .option("--rm=true", "--tty=false")
            .option("--volume", &format!("{}:/stop", stop.display()))
            .line(&["sh", "-c", "mkdir -p /www; echo $NAME >/www/index.html; httpd -h /www; until test -e /stop/now; do sleep 0.1; done"])
            .start()?;
        scene.served(&web.name, &web.name)?;
        File::create(stop.join("now"))?;
        scene.unrouted(&web.name)
    })
}

#[test]
fn a_paused_container_keeps_its_route() -> Result<()> {
    // Podman calls no hook.
    podman_scene(|scene| {
        let web = scene.run("web").exposed().start()?;
        scene.served(&web.name, &web.name)?;
        let before = scene.text()?;
        web.order("pause", &[])?;
        scene.sync()?;
        ensure!(scene.text()? == before, "the file has changed");
        web.order("unpause", &[])?;
        scene.served(&web.name, &web.name)
    })
}

#[test]
fn what_is_not_exposed_has_no_route() -> Result<()> {
    podman_scene(|scene| {
        let web = scene.run("web").start()?;
        let no = scene.run("no").label("traefik.enable", "false").start()?;
        for container in [&web, &no] {
            scene.known(&container.id)?;
            ensure!(!scene.text()?.contains(&container.name), "{}", scene.text()?);
            scene.unrouted(&container.name)?;
        }
        Ok(())
    })
}

#[test]
fn a_replica_is_a_server_of_the_same_service() -> Result<()> {
    podman_scene(|scene| {
        let run = |name: &str| {
            let run = scene.run(name).exposed().label("traefik.http.routers.shop.rule", "Host(`shop.test`)");
            run.label("traefik.http.services.shop.loadbalancer.server.port", "80").start()
        };
        let (one, two) = (run("one")?, run("two")?);
        let mut both =
            [address(&one, "podman")?, address(&two, "podman")?].map(|it| format!("http://{it}:80"));
        both.sort();
        leads_to(scene, "http/services/shop", &both)?;
        scene.served("shop.test", &one.name)?;
        scene.served("shop.test", &two.name)?;
        one.order("kill", &[])?;
        leads_to(scene, "http/services/shop", &[format!("http://{}:80", address(&two, "podman")?)])?;
        two.order("rm", &["--force"])?;
        scene.unrouted("shop.test")
    })
}

#[test]
fn a_foreign_file_is_left_alone() -> Result<()> {
    podman_scene(|scene| {
        let foreign = scene.dynamic().join("own.yml");
        let text = "http:\n  middlewares:\n    mine:\n      compress: {}\n";
        File::create(&foreign)?.write_all(text.as_bytes())?;
        let web = scene.run("web").exposed().start()?;
        scene.served(&web.name, &web.name)?;
        web.order("rm", &["--force"])?;
        scene.unrouted(&web.name)?;
        ensure!(fs::read_to_string(&foreign)? == text, "it has changed");
        Ok(())
    })
}

#[test]
fn a_pod_is_reached_where_its_infra_container_is() -> Result<()> {
    podman_scene(|scene| {
        let pod = scene.name("pod");
        let group = scene.podman.control_group();
        scene.podman(&[
            "pod",
            "create",
            "--name",
            &pod,
            "--infra-image",
            portolan_tests::IMAGE,
            "--infra-command",
            "/bin/sleep 1000",
            "--publish",
            "127.0.0.1:18080:8080",
            "--cgroup-parent",
            &group,
        ])?;
        let result = (|| {
            let web = scene
                .run("web")
                .exposed()
                .option("--pod", &pod)
                .option("--env", "PORT=8080")
                .label("traefik.http.services.pod.loadbalancer.server.port", "8080")
                .start()?;
            scene.served(&web.name, &web.name)?;
            // Its infra container has no labels, and no route.
            let text = scene.text()?;
            ensure!(text.matches("loadBalancer").count() == 1, "{text}");
            let other = scene
                .run("other")
                .exposed()
                .option("--pod", &pod)
                .option("--env", "PORT=8081")
                .label("traefik.http.services.other.loadbalancer.server.port", "8081")
                .start()?;
            scene.served(&other.name, &other.name)?;
            scene.podman(&["pod", "stop", "--time", "0", &pod])?;
            scene.unrouted(&web.name)?;
            scene.podman(&["pod", "start", &pod])?;
            scene.served(&web.name, &web.name)?;
            scene.served(&other.name, &other.name)
        })();
        let removed = scene.podman(&["pod", "rm", "--force", "--time", "0", &pod]);
        result.and(removed.map(drop)).context("a pod")?;
        ensure!(!scene.text()?.contains("loadBalancer"), "{}", scene.text()?);
        Ok(())
    })
}
